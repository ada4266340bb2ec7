"""One window for a person: a second start brings the first one to the front instead of fighting for the microphone."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 1500


def name_for(settings_file: str) -> str:
    """The server's name: one for each file of settings, so for each person."""
    return f"klarstrom-{hashlib.sha256(settings_file.encode()).hexdigest()[:16]}"


def ask_running(name: str, wish: str) -> bool:
    """Hands the wish to the program that runs -> is there one?"""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(f"{wish}\n".encode())
    socket.waitForBytesWritten(_WAIT_MS)
    # one that hangs does not answer
    return socket.bytesAvailable() > 0 or socket.waitForReadyRead(_WAIT_MS)


class Single(QObject):
    """Listens for later starts. A wish is a path to open, or empty: only show the window."""

    wished = Signal(str)

    def __init__(self, name: str, parent: QObject | None = None):
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        QLocalServer.removeServer(name)  # of one that was killed
        self.listens = self._server.listen(name)
        self._server.newConnection.connect(self._came)

    def _came(self) -> None:
        socket = self._server.nextPendingConnection()
        if socket is not None:
            socket.readyRead.connect(lambda: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        wish = bytes(socket.readLine().data()).decode("utf-8", "replace").strip()
        socket.write(b"ok\n")
        socket.flush()
        self.wished.emit(wish)

    def close(self) -> None:
        """Nobody is heard any more."""
        self._server.close()
