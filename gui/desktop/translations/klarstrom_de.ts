<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name />
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Meldung schließen</translation>
    </message>
    <message>
        <source>Close this message. Escape.</source>
        <translation>Meldung schließen. Escape.</translation>
    </message>
    <message>
        <source>There is no model card beside the file. The file says:</source>
        <translation>Neben der Datei liegt keine Modellkarte. In der Datei steht:</translation>
    </message>
    <message>
        <source>Something went wrong inside ({what}); it is written to {log}. The window goes on.</source>
        <translation>Im Programm ist ein Fehler aufgetreten ({what}); er steht in {log}. Das Fenster läuft weiter.</translation>
    </message>
    <message>
        <source>Go live at the start</source>
        <translation>Beim Start live gehen</translation>
    </message>
    <message>
        <source>Live processing starts together with the program.</source>
        <translation>Die Live-Verarbeitung beginnt mit dem Programm.</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Im Infobereich starten</translation>
    </message>
    <message>
        <source>No window at the start: a click on the tray's icon opens it.</source>
        <translation>Beim Start kein Fenster: Ein Klick auf das Symbol im Infobereich öffnet es.</translation>
    </message>
    <message>
        <source>Keep running in the tray when closed</source>
        <translation>Beim Schließen im Infobereich weiterlaufen</translation>
    </message>
    <message>
        <source>Closing the window leaves the sound running; Quit (Ctrl+Q) ends the program.</source>
        <translation>Nach dem Schließen des Fensters läuft der Ton weiter; Beenden (Strg+Q) beendet das Programm.</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Takes effect when the program is started again.</source>
        <translation>Gilt ab dem nächsten Start des Programms.</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Design</translation>
    </message>
    <message>
        <source>Light or dark, or as the system is.</source>
        <translation>Hell oder dunkel, oder wie das System.</translation>
    </message>
    <message>
        <source>Start when I log in</source>
        <translation>Beim Anmelden starten</translation>
    </message>
    <message>
        <source>Klarstrom starts in the tray when you log in.</source>
        <translation>Klarstrom startet beim Anmelden im Infobereich.</translation>
    </message>
    <message>
        <source>Autostart is set up on Linux only; elsewhere use the system's own settings.</source>
        <translation>Der Autostart wird nur unter Linux eingerichtet; sonst dienen dazu die Einstellungen des Systems.</translation>
    </message>
    <message>
        <source>Always on top</source>
        <translation>Immer im Vordergrund</translation>
    </message>
    <message>
        <source>The window stays above others.</source>
        <translation>Das Fenster bleibt über anderen.</translation>
    </message>
    <message>
        <source>Startup</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Space and Return press the button that has the focus. Alt and an underlined letter lead to a setting.</source>
        <translation>Leertaste und Eingabetaste drücken die Schaltfläche mit dem Fokus. Alt und ein unterstrichener Buchstabe führen zu einer Einstellung.</translation>
    </message>
    <message>
        <source>Examining this computer …</source>
        <translation>Dieser Computer wird untersucht …</translation>
    </message>
    <message>
        <source>The examination could not be started: {why}</source>
        <translation>Die Untersuchung konnte nicht gestartet werden: {why}</translation>
    </message>
    <message>
        <source>No problem was found.</source>
        <translation>Es wurde kein Problem gefunden.</translation>
    </message>
    <message>
        <source>At least one problem was found; the lines marked “fail” say what to do.</source>
        <translation>Mindestens ein Problem wurde gefunden; die mit „fail“ markierten Zeilen sagen, was zu tun ist.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Klarstrom {version}&lt;/h3&gt;&lt;p&gt;Speech enhancement by diffusion, live on one CPU core. Nothing that you record or say leaves this computer.&lt;/p&gt;&lt;p&gt;Model: {model}&lt;/p&gt;&lt;p&gt;Licence: MIT. The model info names the training data and their licences. Icons: Material Design Icons (Apache 2.0), through QtAwesome (MIT). Made with Qt {qt} (LGPL) and ONNX Runtime (MIT).&lt;/p&gt;</source>
        <translation>&lt;h3&gt;Klarstrom {version}&lt;/h3&gt;&lt;p&gt;Sprachverbesserung durch Diffusion, live auf einem CPU-Kern. Nichts, was Sie aufnehmen oder sagen, verlässt diesen Computer.&lt;/p&gt;&lt;p&gt;Modell: {model}&lt;/p&gt;&lt;p&gt;Lizenz: MIT. Die Modellinformation nennt die Trainingsdaten und ihre Lizenzen. Symbole: Material Design Icons (Apache 2.0) über QtAwesome (MIT). Erstellt mit Qt {qt} (LGPL) und ONNX Runtime (MIT).&lt;/p&gt;</translation>
    </message>
    <message>
        <source>none is open</source>
        <translation>keines ist geöffnet</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Settings imported from {path}</source>
        <translation>Einstellungen aus {path} importiert</translation>
    </message>
    <message>
        <source>{path} holds no settings of Klarstrom</source>
        <translation>{path} enthält keine Einstellungen von Klarstrom</translation>
    </message>
    <message>
        <source>Klarstrom is already running: its window was brought to the front.</source>
        <translation>Klarstrom läuft bereits: Sein Fenster wurde in den Vordergrund geholt.</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Processed</source>
        <translation>Verarbeitet</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, as it was heard live; noise suppression on and off (Space) changes sides</source>
        <translation>{name}: {seconds:.1f} s, wie es live zu hören war; Rauschunterdrückung ein und aus (Leertaste) wechselt die Seite</translation>
    </message>
    <message>
        <source>{names}: {seconds:.1f} s, compared as they are; noise suppression on and off (Space) changes sides</source>
        <translation>{names}: {seconds:.1f} s, unverarbeitetes Paar; Rauschunterdrückung ein und aus (Leertaste) wechselt die Seite</translation>
    </message>
    <message>
        <source> against </source>
        <translation> gegen </translation>
    </message>
    <message>
        <source>Open or drop a recording, or go live.</source>
        <translation>Eine Aufnahme öffnen oder hierher ziehen, oder live gehen.</translation>
    </message>
    <message>
        <source>{seconds:.2f} s   {khz:.2f} kHz   original {before:.0f} dB   processed {after:.0f} dB</source>
        <translation>{seconds:.2f} s   {khz:.2f} kHz   Original {before:.0f} dB   verarbeitet {after:.0f} dB</translation>
    </message>
    <message>
        <source>{seconds:.2f} s   {khz:.2f} kHz   input {before:.0f} dB   output {after:.0f} dB</source>
        <translation>{seconds:.2f} s   {khz:.2f} kHz   Eingang {before:.0f} dB   Ausgang {after:.0f} dB</translation>
    </message>
    <message>
        <source>Opening {name} …</source>
        <translation>{name} wird geöffnet …</translation>
    </message>
    <message>
        <source>Processing {name}, {share:.0%}</source>
        <translation>{name} wird verarbeitet, {share:.0%}</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, processed</source>
        <translation>{name}: {seconds:.1f} s, verarbeitet</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, original and processed as they were recorded</source>
        <translation>{name}: {seconds:.1f} s, Original und Verarbeitetes, wie sie aufgenommen wurden</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s processed with {steps} on {device}; compute {hop_ms:.2f} ms per 10 ms, DSP load {load:.0%}</source>
        <translation>{name}: {seconds:.1f} s mit {steps} auf {device} verarbeitet; Rechenzeit {hop_ms:.2f} ms je 10 ms, DSP-Last {load:.0%}</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cursor</source>
        <translation>Cursor</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Audiodateien</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>the system refuses</source>
        <translation>das System verweigert es</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>{path} gespeichert</translation>
    </message>
    <message>
        <source>There is nothing to export yet: open a recording first.</source>
        <translation>Es gibt noch nichts zu exportieren: Öffnen Sie zuerst eine Aufnahme.</translation>
    </message>
    <message>
        <source>Open one recording to process it, or two of the same words to compare them.</source>
        <translation>Öffnen Sie eine Aufnahme, um sie zu verarbeiten, oder zwei mit denselben Worten, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source> and </source>
        <translation> und </translation>
    </message>
    <message>
        <source>{name} cannot be opened: {reason}</source>
        <translation>{name} kann nicht geöffnet werden: {reason}</translation>
    </message>
    <message>
        <source>{why}; {name} is used instead</source>
        <translation>{why}; stattdessen wird {name} verwendet</translation>
    </message>
    <message>
        <source>the model that comes with the program</source>
        <translation>das mitgelieferte Modell</translation>
    </message>
    <message>
        <source>{name} cannot be opened: there is no such file in {folder}</source>
        <translation>{name} kann nicht geöffnet werden: Die Datei gibt es nicht in {folder}</translation>
    </message>
    <message>
        <source>{name} holds no audio</source>
        <translation>{name} enthält kein Audio</translation>
    </message>
    <message>
        <source>{name} lasts {minutes:.0f} min; the window opens up to {most} min: use `realtime-cli file` for it</source>
        <translation>{name} dauert {minutes:.0f} min; das Fenster öffnet höchstens {most} min: Verwenden Sie dafür `realtime-cli file`</translation>
    </message>
    <message>
        <source>{first} has {rate} Hz and {second} {other} Hz: give both the same sample rate to compare them</source>
        <translation>{first} hat {rate} Hz und {second} {other} Hz: Zum Vergleich brauchen beide dieselbe Abtastrate</translation>
    </message>
    <message>
        <source>there is not enough memory for this recording: use `realtime-cli file` for it</source>
        <translation>für diese Aufnahme reicht der Speicher nicht: Verwenden Sie dafür `realtime-cli file`</translation>
    </message>
    <message>
        <source>nothing can be played: {why}; choose another output device</source>
        <translation>Wiedergabe nicht möglich: {why}; wählen Sie ein anderes Ausgabegerät</translation>
    </message>
    <message>
        <source>nothing can be played: the output device does not open ({why}); check that headphones or loudspeakers are connected</source>
        <translation>Wiedergabe nicht möglich: Das Ausgabegerät lässt sich nicht öffnen ({why}); prüfen Sie, ob Kopfhörer oder Lautsprecher angeschlossen sind</translation>
    </message>
    <message>
        <source>nothing can be played: PortAudio is missing; on Linux `apt install libportaudio2`</source>
        <translation>Wiedergabe nicht möglich: PortAudio fehlt; unter Linux `apt install libportaudio2`</translation>
    </message>
    <message>
        <source>the recording took too long</source>
        <translation>die Aufnahme hat zu lange gedauert</translation>
    </message>
    <message>
        <source>{path} cannot be written</source>
        <translation>{path} kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}; choose another place.</source>
        <translation>{path} kann nicht geschrieben werden: {reason}; wählen Sie einen anderen Ort.</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingang</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Off. “Go live” processes {input}.</source>
        <translation>Aus. „Live gehen“ verarbeitet {input}.</translation>
    </message>
    <message>
        <source>Off. There is no microphone: plug one in.</source>
        <translation>Aus. Es gibt kein Mikrofon: Schließen Sie eines an.</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Wird beendet …</translation>
    </message>
    <message>
        <source>Live: {route}, noise suppressed, {delay:.0f} ms end to end</source>
        <translation>Live: {route}, Rauschen unterdrückt, {delay:.0f} ms Ende zu Ende</translation>
    </message>
    <message>
        <source>Live, noise suppression off: {route}, the sound is passed on unprocessed</source>
        <translation>Live, Rauschunterdrückung aus: {route}, der Ton wird unverarbeitet weitergegeben</translation>
    </message>
    <message>
        <source>Muted: {route}, nothing is sent</source>
        <translation>Stumm: {route}, nichts wird gesendet</translation>
    </message>
    <message>
        <source>Waiting: {why}</source>
        <translation>Wartet: {why}</translation>
    </message>
    <message>
        <source>CPU too busy: {route}, the sound is passed on unprocessed; close other programs or use fewer steps</source>
        <translation>CPU überlastet: {route}, der Ton wird unverarbeitet weitergegeben; schließen Sie andere Programme oder verwenden Sie weniger Schritte</translation>
    </message>
    <message>
        <source>Live with dropouts: {route}; close other programs or use fewer steps</source>
        <translation>Live mit Aussetzern: {route}; schließen Sie andere Programme oder verwenden Sie weniger Schritte</translation>
    </message>
    <message>
        <source>Live, but the input is silent: check whether {input} is muted</source>
        <translation>Live, aber der Eingang ist still: Prüfen Sie, ob {input} stummgeschaltet ist</translation>
    </message>
    <message>
        <source>Live, but the input clips: turn {input} down</source>
        <translation>Live, aber der Eingang übersteuert: Stellen Sie {input} leiser</translation>
    </message>
    <message>
        <source>a device is missing</source>
        <translation>ein Gerät fehlt</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>Gut</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Achtung</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>In Arbeit</translation>
    </message>
    <message>
        <source>Set up microphone…</source>
        <translation>Mikrofon einrichten…</translation>
    </message>
    <message>
        <source>Which microphone is yours?</source>
        <translation>Welches Mikrofon ist Ihres?</translation>
    </message>
    <message>
        <source>Speak a sentence: the meter should move. Klarstrom suppresses noise in this microphone on your own computer; nothing is sent anywhere.</source>
        <translation>Sprechen Sie einen Satz: Die Pegelanzeige sollte ausschlagen. Klarstrom unterdrückt das Rauschen dieses Mikrofons auf Ihrem Computer; nichts wird irgendwohin gesendet.</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Mikrofon</translation>
    </message>
    <message>
        <source>Choose another one if the meter does not move when you speak.</source>
        <translation>Wählen Sie ein anderes, wenn die Anzeige beim Sprechen nicht ausschlägt.</translation>
    </message>
    <message>
        <source>What is heard</source>
        <translation>Was zu hören ist</translation>
    </message>
    <message>
        <source>&amp;Go live</source>
        <translation>&amp;Live gehen</translation>
    </message>
    <message>
        <source>Use this microphone and process it while you speak.</source>
        <translation>Dieses Mikrofon verwenden und beim Sprechen verarbeiten.</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>&amp;Nicht jetzt</translation>
    </message>
    <message>
        <source>Close this page; the menu Tools opens it again. Escape.</source>
        <translation>Diese Seite schließen; das Menü Extras öffnet sie wieder. Escape.</translation>
    </message>
    <message>
        <source>Opening the microphone …</source>
        <translation>Das Mikrofon wird geöffnet …</translation>
    </message>
    <message>
        <source>Listening: say something.</source>
        <translation>Hört zu: Sagen Sie etwas.</translation>
    </message>
    <message>
        <source>It hears you. This microphone is ready.</source>
        <translation>Sie sind zu hören. Dieses Mikrofon ist bereit.</translation>
    </message>
    <message>
        <source>Something comes in, but no voice yet: speak, come closer, turn the microphone up in the system's sound settings, or choose another one.</source>
        <translation>Etwas kommt an, aber noch keine Stimme: Sprechen Sie, kommen Sie näher, stellen Sie das Mikrofon in den Klangeinstellungen des Systems lauter, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Only silence comes in: check the microphone's mute switch and the system's sound settings, or choose another one.</source>
        <translation>Nur Stille kommt an: Prüfen Sie den Stummschalter des Mikrofons und die Klangeinstellungen des Systems, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>There is no microphone: plug one in and it appears here by itself, or allow this program the microphone in the system's privacy settings.</source>
        <translation>Es gibt kein Mikrofon: Schließen Sie eines an, es erscheint hier von selbst, oder erlauben Sie diesem Programm das Mikrofon in den Datenschutzeinstellungen des Systems.</translation>
    </message>
    <message>
        <source>{why}: close other programs that use it, or choose another one.</source>
        <translation>{why}: Schließen Sie andere Programme, die es verwenden, oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>Spectrum, dB over kHz</source>
        <translation>Spektrum, dB über kHz</translation>
    </message>
    <message>
        <source>Waveform, s</source>
        <translation>Wellenform, s</translation>
    </message>
    <message>
        <source>{title}: stopped</source>
        <translation>{title}: beendet</translation>
    </message>
    <message>
        <source>{title}: waiting for the device</source>
        <translation>{title}: wartet auf das Gerät</translation>
    </message>
    <message>
        <source>clipped {count}</source>
        <translation>übersteuert {count}</translation>
    </message>
    <message>
        <source>Recorded {input} and {output}. Play (P) ends live processing and plays both.</source>
        <translation>{input} und {output} aufgenommen. Wiedergabe (P) beendet die Live-Verarbeitung und spielt beide.</translation>
    </message>
    <message>
        <source>no steps: too busy</source>
        <translation>keine Schritte: überlastet</translation>
    </message>
    <message>
        <source>{steps} ({setting})   compute {hop:.2f} ms per 10 ms   DSP load {load:.0%}   noise reduction {reduction}   late {late}   drops {drops}   fills {fills}   xruns {xruns}   clipped {clipped}</source>
        <translation>{steps} ({setting})   Rechenzeit {hop:.2f} ms je 10 ms   DSP-Last {load:.0%}   Rauschminderung {reduction}   verspätet {late}   verworfen {drops}   gefüllt {fills}   Xruns {xruns}   übersteuert {clipped}</translation>
    </message>
    <message>
        <source>latency {total:.0f} ms =   {stages}</source>
        <translation>Latenz {total:.0f} ms =   {stages}</translation>
    </message>
    <message>
        <source>input device</source>
        <translation>Eingabegerät</translation>
    </message>
    <message>
        <source>input queue</source>
        <translation>Eingangspuffer</translation>
    </message>
    <message>
        <source>resampling</source>
        <translation>Abtastratenwandlung</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>compute</source>
        <translation>Rechenzeit</translation>
    </message>
    <message>
        <source>output queue</source>
        <translation>Ausgangspuffer</translation>
    </message>
    <message>
        <source>output device</source>
        <translation>Ausgabegerät</translation>
    </message>
    <message>
        <source>compute: what 10 ms of sound cost; DSP load: as a share of the time there is; late: frames that took longer; drops, fills: dropouts, sound taken out or put in; xruns: times that the sound system was late; clipped: input samples at full scale; latency: end to end, stage by stage, ms.</source>
        <translation>Rechenzeit: was 10 ms Ton kosten; DSP-Last: als Anteil der verfügbaren Zeit; verspätet: Blöcke, die länger brauchten; verworfen, gefüllt: Aussetzer, Ton entfernt oder eingefügt; Xruns: wie oft das Audiosystem zu spät war; übersteuert: Abtastwerte am Eingang mit Vollaussteuerung; Latenz: Ende zu Ende, Stufe für Stufe, ms.</translation>
    </message>
    <message>
        <source>Performance numbers</source>
        <translation>Leistungswerte</translation>
    </message>
    <message>
        <source>Performance</source>
        <translation>Leistung</translation>
    </message>
    <message>
        <source>Show or hide the numbers: steps, load, dropouts and latency by stage.</source>
        <translation>Die Werte zeigen oder verbergen: Schritte, Last, Aussetzer und Latenz je Stufe.</translation>
    </message>
    <message>
        <source>Spectrogram of the input</source>
        <translation>Spektrogramm des Eingangs</translation>
    </message>
    <message>
        <source>Spectrogram of the output</source>
        <translation>Spektrogramm des Ausgangs</translation>
    </message>
    <message>
        <source>Noise reduction, dB</source>
        <translation>Rauschminderung, dB</translation>
    </message>
    <message>
        <source>DSP load</source>
        <translation>DSP-Last</translation>
    </message>
    <message>
        <source>Steps, up to {most}</source>
        <translation>Schritte, bis {most}</translation>
    </message>
    <message>
        <source>Input level</source>
        <translation>Eingangspegel</translation>
    </message>
    <message>
        <source>Output level</source>
        <translation>Ausgangspegel</translation>
    </message>
    <message>
        <source>Level in dB full scale (dBFS). The line holds the peak; the light at the right end tells of clipped samples, and a click, Return or Space resets it.</source>
        <translation>Pegel in dB bezogen auf Vollaussteuerung (dBFS). Der Strich hält die Spitze; das Licht am rechten Ende meldet übersteuerte Abtastwerte, ein Klick, Eingabe- oder Leertaste löscht es.</translation>
    </message>
    <message>
        <source>no signal</source>
        <translation>kein Signal</translation>
    </message>
    <message>
        <source>{n} step</source>
        <translation>{n} Schritt</translation>
    </message>
    <message>
        <source>{n} steps</source>
        <translation>{n} Schritte</translation>
    </message>
    <message>
        <source>{minutes}:{seconds:02d} min live ({route}): {noise}, {dropouts} dropouts, {clipped} clipped samples.</source>
        <translation>{minutes}:{seconds:02d} min live ({route}): {noise}, {dropouts} Aussetzer, {clipped} übersteuerte Abtastwerte.</translation>
    </message>
    <message>
        <source>noise reduced by {db:.0f} dB in pauses</source>
        <translation>Rauschen in Pausen um {db:.0f} dB gemindert</translation>
    </message>
    <message>
        <source>there was hardly any noise</source>
        <translation>es gab kaum Rauschen</translation>
    </message>
    <message>
        <source>Session report</source>
        <translation>Sitzungsbericht</translation>
    </message>
    <message>
        <source>There was no live session of more than 5 seconds yet.</source>
        <translation>Es gab noch keine Live-Sitzung von mehr als 5 Sekunden.</translation>
    </message>
    <message>
        <source>These numbers stay on this computer.</source>
        <translation>Diese Werte bleiben auf diesem Computer.</translation>
    </message>
    <message>
        <source>Use in calls</source>
        <translation>In Anrufen verwenden</translation>
    </message>
    <message>
        <source>Make a virtual microphone, go live, and say what to choose in the other program.</source>
        <translation>Ein virtuelles Mikrofon anlegen, live gehen und sagen, was im anderen Programm zu wählen ist.</translation>
    </message>
    <message>
        <source>In Zoom, Teams, Discord or OBS choose the microphone “{name}”; leave their output device as it is.</source>
        <translation>Wählen Sie in Zoom, Teams, Discord oder OBS das Mikrofon „{name}“; das Ausgabegerät dort bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Test for 5 seconds</source>
        <translation>5 Sekunden testen</translation>
    </message>
    <message>
        <source>Records you for five seconds, then plays the recording: first the input, then the output.</source>
        <translation>Nimmt Sie fünf Sekunden lang auf und spielt die Aufnahme ab: zuerst den Eingang, dann den Ausgang.</translation>
    </message>
    <message>
        <source>Speak now: {seconds} s …</source>
        <translation>Sprechen Sie jetzt: {seconds} s …</translation>
    </message>
    <message>
        <source>Test: this is the input.</source>
        <translation>Test: Das ist der Eingang.</translation>
    </message>
    <message>
        <source>Test: this is the output, with noise suppressed.</source>
        <translation>Test: Das ist der Ausgang, mit unterdrücktem Rauschen.</translation>
    </message>
    <message>
        <source>Noise suppression</source>
        <translation>Rauschunterdrückung</translation>
    </message>
    <message>
        <source>Noise suppression: on</source>
        <translation>Rauschunterdrückung: ein</translation>
    </message>
    <message>
        <source>Noise suppression: off</source>
        <translation>Rauschunterdrückung: aus</translation>
    </message>
    <message>
        <source>On: the processed sound is heard. Off (bypass): the sound is passed on as it came in. Space, unless another button has the focus.</source>
        <translation>Ein: Der verarbeitete Ton ist zu hören. Aus (Bypass): Der Ton wird weitergegeben, wie er ankam. Leertaste, sofern keine andere Schaltfläche den Fokus hat.</translation>
    </message>
    <message>
        <source>Go live</source>
        <translation>Live gehen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Process the microphone while you speak. L.</source>
        <translation>Das Mikrofon beim Sprechen verarbeiten. L.</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Aufnahme beenden</translation>
    </message>
    <message>
        <source>Write input and output into two files in your music folder. R.</source>
        <translation>Eingang und Ausgang in zwei Dateien im Musikordner schreiben. R.</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>Silence the output. M.</source>
        <translation>Den Ausgang stummschalten. M.</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Play or pause the recording; noise suppression on and off changes sides at the same place. P.</source>
        <translation>Die Aufnahme abspielen oder anhalten; Rauschunterdrückung ein und aus wechselt die Seite an derselben Stelle. P.</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen…</translation>
    </message>
    <message>
        <source>Open a recording and process it, or two to compare them. Ctrl+O, or drop files on the window.</source>
        <translation>Eine Aufnahme öffnen und verarbeiten, oder zwei zum Vergleich. Strg+O, oder Dateien auf das Fenster ziehen.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop processing this recording. Escape.</source>
        <translation>Die Verarbeitung dieser Aufnahme beenden. Escape.</translation>
    </message>
    <message>
        <source>Export audio…</source>
        <translation>Audio exportieren…</translation>
    </message>
    <message>
        <source>Write the processed recording to a file. Ctrl+S.</source>
        <translation>Die verarbeitete Aufnahme in eine Datei schreiben. Strg+S.</translation>
    </message>
    <message>
        <source>Export spectrograms…</source>
        <translation>Spektrogramme exportieren…</translation>
    </message>
    <message>
        <source>Write both spectrograms to a PNG. Ctrl+Shift+S.</source>
        <translation>Beide Spektrogramme als PNG schreiben. Strg+Umschalt+S.</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation>&amp;Wiedergabe</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Extras</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Back 1 s</source>
        <translation>1 s zurück</translation>
    </message>
    <message>
        <source>Forward 1 s</source>
        <translation>1 s vor</translation>
    </message>
    <message>
        <source>Smooth spectrograms</source>
        <translation>Spektrogramme glätten</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Spectrum and waveform</source>
        <translation>Spektrum und Wellenform</translation>
    </message>
    <message>
        <source>Pause display</source>
        <translation>Anzeige anhalten</translation>
    </message>
    <message>
        <source>{title}: display paused (H)</source>
        <translation>{title}: Anzeige angehalten (H)</translation>
    </message>
    <message>
        <source>Wheel: zoom in frequency. Ctrl+wheel: zoom in time. Alt+wheel: scroll in frequency. Shift+wheel: scroll in time. Drag: move both spectrograms. Double click: zoom to fit.</source>
        <translation>Mausrad: Zoom in der Frequenz. Strg+Mausrad: Zoom in der Zeit. Alt+Mausrad: in der Frequenz verschieben. Umschalt+Mausrad: in der Zeit verschieben. Ziehen: beide Spektrogramme verschieben. Doppelklick: alles zeigen.</translation>
    </message>
    <message>
        <source>Zoom in: frequency</source>
        <translation>Vergrößern: Frequenz</translation>
    </message>
    <message>
        <source>Zoom out: frequency</source>
        <translation>Verkleinern: Frequenz</translation>
    </message>
    <message>
        <source>Zoom in: time</source>
        <translation>Vergrößern: Zeit</translation>
    </message>
    <message>
        <source>Zoom out: time</source>
        <translation>Verkleinern: Zeit</translation>
    </message>
    <message>
        <source>Scroll to higher frequencies</source>
        <translation>Zu höheren Frequenzen</translation>
    </message>
    <message>
        <source>Scroll to lower frequencies</source>
        <translation>Zu tieferen Frequenzen</translation>
    </message>
    <message>
        <source>Scroll back in time</source>
        <translation>In der Zeit zurück</translation>
    </message>
    <message>
        <source>Scroll forward in time</source>
        <translation>In der Zeit vor</translation>
    </message>
    <message>
        <source>Zoom to fit</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>This desktop shows no tray icons: the window starts minimised instead, and closing it ends the program.</source>
        <translation>Dieser Desktop zeigt keine Symbole im Infobereich: Das Fenster startet stattdessen minimiert, und Schließen beendet das Programm.</translation>
    </message>
    <message>
        <source>Show window</source>
        <translation>Fenster zeigen</translation>
    </message>
    <message>
        <source>Hide window</source>
        <translation>Fenster verbergen</translation>
    </message>
    <message>
        <source>The sound goes on. A click here opens the window; Quit is in the menu.</source>
        <translation>Der Ton läuft weiter. Ein Klick hier öffnet das Fenster; Beenden steht im Menü.</translation>
    </message>
    <message>
        <source>not running</source>
        <translation>läuft nicht</translation>
    </message>
    <message>
        <source>noise suppression on</source>
        <translation>Rauschunterdrückung ein</translation>
    </message>
    <message>
        <source>noise suppression off</source>
        <translation>Rauschunterdrückung aus</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>stumm</translation>
    </message>
    <message>
        <source>needs attention</source>
        <translation>braucht Aufmerksamkeit</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Write the processed audio or a picture of the spectrograms to a file.</source>
        <translation>Das verarbeitete Audio oder ein Bild der Spektrogramme in eine Datei schreiben.</translation>
    </message>
    <message>
        <source>Undo: {name}</source>
        <translation>Rückgängig: {name}</translation>
    </message>
    <message>
        <source>Redo: {name}</source>
        <translation>Wiederholen: {name}</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Reset settings</source>
        <translation>Einstellungen zurücksetzen</translation>
    </message>
    <message>
        <source>Export settings…</source>
        <translation>Einstellungen exportieren…</translation>
    </message>
    <message>
        <source>Import settings…</source>
        <translation>Einstellungen importieren…</translation>
    </message>
    <message>
        <source>Compact mode</source>
        <translation>Kompaktmodus</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Troubleshooting…</source>
        <translation>Fehlerbehebung…</translation>
    </message>
    <message>
        <source>About Klarstrom</source>
        <translation>Über Klarstrom</translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation>Protokollordner öffnen</translation>
    </message>
    <message>
        <source>Play / Pause</source>
        <translation>Abspielen / Pause</translation>
    </message>
    <message>
        <source>Audio devices</source>
        <translation>Audiogeräte</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Spectrogram</source>
        <translation>Spektrogramm</translation>
    </message>
    <message>
        <source>Settings panel</source>
        <translation>Seitenleiste</translation>
    </message>
    <message>
        <source>Show or hide the settings at the side. F9.</source>
        <translation>Die Einstellungen an der Seite zeigen oder verbergen. F9.</translation>
    </message>
    <message>
        <source>Show or hide these settings.</source>
        <translation>Diese Einstellungen zeigen oder verbergen.</translation>
    </message>
    <message>
        <source>Input device</source>
        <translation>Eingabegerät</translation>
    </message>
    <message>
        <source>The microphone.</source>
        <translation>Das Mikrofon.</translation>
    </message>
    <message>
        <source>Output device</source>
        <translation>Ausgabegerät</translation>
    </message>
    <message>
        <source>Where the processed sound goes: headphones, loudspeakers, or the cable of a virtual microphone.</source>
        <translation>Wohin der verarbeitete Ton geht: Kopfhörer, Lautsprecher oder das Kabel eines virtuellen Mikrofons.</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Systemstandard</translation>
    </message>
    <message>
        <source>System default ({name})</source>
        <translation>Systemstandard ({name})</translation>
    </message>
    <message>
        <source>{name} (disconnected)</source>
        <translation>{name} (getrennt)</translation>
    </message>
    <message>
        <source>Virtual microphone</source>
        <translation>Virtuelles Mikrofon</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keines</translation>
    </message>
    <message>
        <source>A microphone that other programs can choose while Klarstrom is live: pick a name or type one, then Enter.</source>
        <translation>Ein Mikrofon, das andere Programme wählen können, solange Klarstrom live ist: Namen wählen oder eingeben, dann Eingabetaste.</translation>
    </message>
    <message>
        <source>Other programs can choose the microphone “{name}” now. Leave their output device as it is.</source>
        <translation>Andere Programme können jetzt das Mikrofon „{name}“ wählen. Ihr Ausgabegerät bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Install VB-Cable and restart, choose “CABLE Input” here, and choose “CABLE Output” as the microphone in your call.</source>
        <translation>Installieren Sie VB-Cable und starten Sie neu, wählen Sie hier „CABLE Input“ und im Anruf „CABLE Output“ als Mikrofon.</translation>
    </message>
    <message>
        <source>Install BlackHole 2ch, choose it here, and choose it as the microphone in your call.</source>
        <translation>Installieren Sie BlackHole 2ch, wählen Sie es hier und im Anruf als Mikrofon.</translation>
    </message>
    <message>
        <source>A virtual microphone needs PulseAudio or PipeWire, and pactl (apt install pulseaudio-utils).</source>
        <translation>Ein virtuelles Mikrofon braucht PulseAudio oder PipeWire, und pactl (apt install pulseaudio-utils).</translation>
    </message>
    <message>
        <source>The processed sound goes to the virtual microphone “{name}”: choose None there to hear it on this device.</source>
        <translation>Der verarbeitete Ton geht an das virtuelle Mikrofon „{name}“: Wählen Sie dort Keines, um ihn auf diesem Gerät zu hören.</translation>
    </message>
    <message>
        <source>The speech enhancement model.</source>
        <translation>Das Modell der Sprachverbesserung.</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>Modelldatei öffnen…</translation>
    </message>
    <message>
        <source>Model info</source>
        <translation>Modellinformation</translation>
    </message>
    <message>
        <source>What the model is, its training data and its scores.</source>
        <translation>Was das Modell ist, seine Trainingsdaten und seine Bewertungen.</translation>
    </message>
    <message>
        <source>Model i&amp;nfo</source>
        <translation>Modelli&amp;nformation</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>Berechnung</translation>
    </message>
    <message>
        <source>Where the model runs. Auto uses CUDA where it works, otherwise the CPU.</source>
        <translation>Wo das Modell rechnet. Auto nimmt CUDA, wo es geht, sonst die CPU.</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>Diffusion steps</source>
        <translation>Diffusionsschritte</translation>
    </message>
    <message>
        <source>Steps for each 10 ms: more cost more CPU time. Auto adapts to the CPU time that is left while live; the number in brackets is used for recordings.</source>
        <translation>Schritte je 10 ms: Mehr kosten mehr CPU-Zeit. Auto richtet sich live nach der freien CPU-Zeit; die Zahl in Klammern gilt für Aufnahmen.</translation>
    </message>
    <message>
        <source>Attenuation limit</source>
        <translation>Dämpfungsgrenze</translation>
    </message>
    <message>
        <source>The most that noise is attenuated, in dB. A lower limit keeps some of the room. The highest value: no limit.</source>
        <translation>Um wie viel Rauschen höchstens gedämpft wird, in dB. Eine niedrigere Grenze erhält etwas vom Raum. Der höchste Wert: keine Grenze.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Keine Grenze</translation>
    </message>
    <message>
        <source>Output gain</source>
        <translation>Ausgangsverstärkung</translation>
    </message>
    <message>
        <source>Makes the output louder or quieter.</source>
        <translation>Macht den Ausgang lauter oder leiser.</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Values of steps, attenuation limit and gain for a purpose.</source>
        <translation>Schritte, Dämpfungsgrenze und Verstärkung für einen Zweck.</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>Anruf</translation>
    </message>
    <message>
        <source>Podcast</source>
        <translation>Podcast</translation>
    </message>
    <message>
        <source>Aggressive</source>
        <translation>Stark</translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation>Sanft</translation>
    </message>
    <message>
        <source>Frequency axis</source>
        <translation>Frequenzachse</translation>
    </message>
    <message>
        <source>Mel and logarithmic give speech and low noise more room.</source>
        <translation>Mel und logarithmisch geben Sprache und tiefem Rauschen mehr Raum.</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Linear</translation>
    </message>
    <message>
        <source>Mel</source>
        <translation>Mel</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>Logarithmisch</translation>
    </message>
    <message>
        <source>Color range</source>
        <translation>Farbbereich</translation>
    </message>
    <message>
        <source>Color range: minimum</source>
        <translation>Farbbereich: Minimum</translation>
    </message>
    <message>
        <source>Color range: maximum</source>
        <translation>Farbbereich: Maximum</translation>
    </message>
    <message>
        <source>Level of the darkest color, dB full scale.</source>
        <translation>Pegel der dunkelsten Farbe, dB bezogen auf Vollaussteuerung.</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>Level of the brightest color, dB full scale.</source>
        <translation>Pegel der hellsten Farbe, dB bezogen auf Vollaussteuerung.</translation>
    </message>
    <message>
        <source>FFT size</source>
        <translation>FFT-Größe</translation>
    </message>
    <message>
        <source>Larger: finer in frequency. Smaller: finer in time.</source>
        <translation>Größer: feiner in der Frequenz. Kleiner: feiner in der Zeit.</translation>
    </message>
    <message>
        <source>Color map</source>
        <translation>Farbskala</translation>
    </message>
    <message>
        <source>Colors of both spectrograms, from the minimum to the maximum level.</source>
        <translation>Farben beider Spektrogramme, vom kleinsten zum größten Pegel.</translation>
    </message>
    <message>
        <source>&amp;Input device</source>
        <translation>Ein&amp;gabegerät</translation>
    </message>
    <message>
        <source>&amp;Output device</source>
        <translation>A&amp;usgabegerät</translation>
    </message>
    <message>
        <source>Virtual mi&amp;crophone</source>
        <translation>&amp;Virtuelles Mikrofon</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>Compute &amp;device</source>
        <translation>Be&amp;rechnung</translation>
    </message>
    <message>
        <source>Diffusion &amp;steps</source>
        <translation>Diffusions&amp;schritte</translation>
    </message>
    <message>
        <source>&amp;Attenuation limit</source>
        <translation>Däm&amp;pfungsgrenze</translation>
    </message>
    <message>
        <source>O&amp;utput gain</source>
        <translation>Ausgangsvers&amp;tärkung</translation>
    </message>
    <message>
        <source>P&amp;reset</source>
        <translation>V&amp;oreinstellung</translation>
    </message>
    <message>
        <source>Fre&amp;quency axis</source>
        <translation>Fre&amp;quenzachse</translation>
    </message>
    <message>
        <source>Color ran&amp;ge</source>
        <translation>Farbbere&amp;ich</translation>
    </message>
    <message>
        <source>FFT si&amp;ze</source>
        <translation>&amp;FFT-Größe</translation>
    </message>
    <message>
        <source>Co&amp;lor map</source>
        <translation>Farbs&amp;kala</translation>
    </message>
</context>
</TS>
