<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name />
    <message>
        <source>Message</source>
        <translation>Mensaje</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Cerrar este mensaje</translation>
    </message>
    <message>
        <source>Close this message. Escape.</source>
        <translation>Cerrar este mensaje. Escape.</translation>
    </message>
    <message>
        <source>There is no model card beside the file. The file says:</source>
        <translation>No hay ficha del modelo junto al archivo. El archivo dice:</translation>
    </message>
    <message>
        <source>Something went wrong inside ({what}); it is written to {log}. The window goes on.</source>
        <translation>Se produjo un error interno ({what}); está anotado en {log}. La ventana sigue funcionando.</translation>
    </message>
    <message>
        <source>Go live at the start</source>
        <translation>Activar el directo al iniciar</translation>
    </message>
    <message>
        <source>Live processing starts together with the program.</source>
        <translation>El procesamiento en directo comienza con el programa.</translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation>Iniciar en la bandeja</translation>
    </message>
    <message>
        <source>No window at the start: a click on the tray's icon opens it.</source>
        <translation>Sin ventana al iniciar: un clic en el icono de la bandeja la abre.</translation>
    </message>
    <message>
        <source>Keep running in the tray when closed</source>
        <translation>Seguir en la bandeja al cerrar</translation>
    </message>
    <message>
        <source>Closing the window leaves the sound running; Quit (Ctrl+Q) ends the program.</source>
        <translation>Al cerrar la ventana el sonido continúa; Salir (Ctrl+Q) termina el programa.</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>Preferencias</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Idioma</translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation>Como el sistema</translation>
    </message>
    <message>
        <source>Takes effect when the program is started again.</source>
        <translation>Se aplica la próxima vez que se inicie el programa.</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Tema</translation>
    </message>
    <message>
        <source>Light or dark, or as the system is.</source>
        <translation>Claro u oscuro, o como el sistema.</translation>
    </message>
    <message>
        <source>Start when I log in</source>
        <translation>Iniciar al abrir sesión</translation>
    </message>
    <message>
        <source>Klarstrom starts in the tray when you log in.</source>
        <translation>Klarstrom se inicia en la bandeja al abrir sesión.</translation>
    </message>
    <message>
        <source>Autostart is set up on Linux only; elsewhere use the system's own settings.</source>
        <translation>El inicio automático solo se configura en Linux; en otros sistemas use sus propios ajustes.</translation>
    </message>
    <message>
        <source>Always on top</source>
        <translation>Siempre visible</translation>
    </message>
    <message>
        <source>The window stays above others.</source>
        <translation>La ventana queda por encima de las demás.</translation>
    </message>
    <message>
        <source>Startup</source>
        <translation>Inicio</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Apariencia</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Tecla</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Acción</translation>
    </message>
    <message>
        <source>Space and Return press the button that has the focus. Alt and an underlined letter lead to a setting.</source>
        <translation>Espacio e Intro pulsan el botón que tiene el foco. Alt y una letra subrayada llevan a un ajuste.</translation>
    </message>
    <message>
        <source>Examining this computer …</source>
        <translation>Examinando este equipo…</translation>
    </message>
    <message>
        <source>The examination could not be started: {why}</source>
        <translation>No se pudo iniciar el examen: {why}</translation>
    </message>
    <message>
        <source>No problem was found.</source>
        <translation>No se encontró ningún problema.</translation>
    </message>
    <message>
        <source>At least one problem was found; the lines marked “fail” say what to do.</source>
        <translation>Se encontró al menos un problema; las líneas marcadas con «fail» dicen qué hacer.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copiar</translation>
    </message>
    <message>
        <source>&lt;h3&gt;Klarstrom {version}&lt;/h3&gt;&lt;p&gt;Speech enhancement by diffusion, live on one CPU core. Nothing that you record or say leaves this computer.&lt;/p&gt;&lt;p&gt;Model: {model}&lt;/p&gt;&lt;p&gt;Licence: MIT. The model info names the training data and their licences. Icons: Material Design Icons (Apache 2.0), through QtAwesome (MIT). Made with Qt {qt} (LGPL) and ONNX Runtime (MIT).&lt;/p&gt;</source>
        <translation>&lt;h3&gt;Klarstrom {version}&lt;/h3&gt;&lt;p&gt;Mejora de voz por difusión, en directo en un núcleo de CPU. Nada de lo que grabe o diga sale de este equipo.&lt;/p&gt;&lt;p&gt;Modelo: {model}&lt;/p&gt;&lt;p&gt;Licencia: MIT. La información del modelo nombra los datos de entrenamiento y sus licencias. Iconos: Material Design Icons (Apache 2.0), mediante QtAwesome (MIT). Hecho con Qt {qt} (LGPL) y ONNX Runtime (MIT).&lt;/p&gt;</translation>
    </message>
    <message>
        <source>none is open</source>
        <translation>ninguno abierto</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Settings imported from {path}</source>
        <translation>Ajustes importados de {path}</translation>
    </message>
    <message>
        <source>{path} holds no settings of Klarstrom</source>
        <translation>{path} no contiene ajustes de Klarstrom</translation>
    </message>
    <message>
        <source>Klarstrom is already running: its window was brought to the front.</source>
        <translation>Klarstrom ya está en marcha: su ventana se ha traído al frente.</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Processed</source>
        <translation>Procesado</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, as it was heard live; noise suppression on and off (Space) changes sides</source>
        <translation>{name}: {seconds:.1f} s, tal como se oyó en directo; la supresión de ruido (Espacio) cambia de lado</translation>
    </message>
    <message>
        <source>{names}: {seconds:.1f} s, compared as they are; noise suppression on and off (Space) changes sides</source>
        <translation>{names}: {seconds:.1f} s, par sin procesar; la supresión de ruido (Espacio) cambia de lado</translation>
    </message>
    <message>
        <source> against </source>
        <translation> frente a </translation>
    </message>
    <message>
        <source>Open or drop a recording, or go live.</source>
        <translation>Abra o suelte una grabación, o active el directo.</translation>
    </message>
    <message>
        <source>{seconds:.2f} s   {khz:.2f} kHz   original {before:.0f} dB   processed {after:.0f} dB</source>
        <translation>{seconds:.2f} s   {khz:.2f} kHz   original {before:.0f} dB   procesado {after:.0f} dB</translation>
    </message>
    <message>
        <source>{seconds:.2f} s   {khz:.2f} kHz   input {before:.0f} dB   output {after:.0f} dB</source>
        <translation>{seconds:.2f} s   {khz:.2f} kHz   entrada {before:.0f} dB   salida {after:.0f} dB</translation>
    </message>
    <message>
        <source>Opening {name} …</source>
        <translation>Abriendo {name}…</translation>
    </message>
    <message>
        <source>Processing {name}, {share:.0%}</source>
        <translation>Procesando {name}, {share:.0%}</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, processed</source>
        <translation>{name}: {seconds:.1f} s, procesado</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, original and processed as they were recorded</source>
        <translation>{name}: {seconds:.1f} s, original y procesado tal como se grabaron</translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s processed with {steps} on {device}; compute {hop_ms:.2f} ms per 10 ms, DSP load {load:.0%}</source>
        <translation>{name}: {seconds:.1f} s procesados con {steps} en {device}; cálculo {hop_ms:.2f} ms por cada 10 ms, carga DSP {load:.0%}</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progreso</translation>
    </message>
    <message>
        <source>Cursor</source>
        <translation>Cursor</translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation>Archivos de audio</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelos</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Imágenes</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Todos los archivos</translation>
    </message>
    <message>
        <source>the system refuses</source>
        <translation>el sistema lo rechaza</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Cancelado.</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>Guardado: {path}</translation>
    </message>
    <message>
        <source>There is nothing to export yet: open a recording first.</source>
        <translation>Todavía no hay nada que exportar: abra antes una grabación.</translation>
    </message>
    <message>
        <source>Open one recording to process it, or two of the same words to compare them.</source>
        <translation>Abra una grabación para procesarla, o dos con las mismas palabras para compararlas.</translation>
    </message>
    <message>
        <source> and </source>
        <translation> y </translation>
    </message>
    <message>
        <source>{name} cannot be opened: {reason}</source>
        <translation>No se puede abrir {name}: {reason}</translation>
    </message>
    <message>
        <source>{why}; {name} is used instead</source>
        <translation>{why}; en su lugar se usa {name}</translation>
    </message>
    <message>
        <source>the model that comes with the program</source>
        <translation>el modelo incluido con el programa</translation>
    </message>
    <message>
        <source>{name} cannot be opened: there is no such file in {folder}</source>
        <translation>No se puede abrir {name}: no existe ese archivo en {folder}</translation>
    </message>
    <message>
        <source>{name} holds no audio</source>
        <translation>{name} no contiene audio</translation>
    </message>
    <message>
        <source>{name} lasts {minutes:.0f} min; the window opens up to {most} min: use `realtime-cli file` for it</source>
        <translation>{name} dura {minutes:.0f} min; la ventana abre hasta {most} min: use `realtime-cli file`</translation>
    </message>
    <message>
        <source>{first} has {rate} Hz and {second} {other} Hz: give both the same sample rate to compare them</source>
        <translation>{first} tiene {rate} Hz y {second} {other} Hz: para compararlas dé a ambas la misma frecuencia de muestreo</translation>
    </message>
    <message>
        <source>there is not enough memory for this recording: use `realtime-cli file` for it</source>
        <translation>no hay memoria suficiente para esta grabación: use `realtime-cli file`</translation>
    </message>
    <message>
        <source>nothing can be played: {why}; choose another output device</source>
        <translation>no se puede reproducir: {why}; elija otro dispositivo de salida</translation>
    </message>
    <message>
        <source>nothing can be played: the output device does not open ({why}); check that headphones or loudspeakers are connected</source>
        <translation>no se puede reproducir: el dispositivo de salida no se abre ({why}); compruebe que haya auriculares o altavoces conectados</translation>
    </message>
    <message>
        <source>nothing can be played: PortAudio is missing; on Linux `apt install libportaudio2`</source>
        <translation>no se puede reproducir: falta PortAudio; en Linux `apt install libportaudio2`</translation>
    </message>
    <message>
        <source>the recording took too long</source>
        <translation>la grabación tardó demasiado</translation>
    </message>
    <message>
        <source>{path} cannot be written</source>
        <translation>no se puede escribir {path}</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}; choose another place.</source>
        <translation>No se puede escribir {path}: {reason}; elija otro lugar.</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Entrada</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Salida</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Off. “Go live” processes {input}.</source>
        <translation>Inactivo. «En directo» procesa {input}.</translation>
    </message>
    <message>
        <source>Off. There is no microphone: plug one in.</source>
        <translation>Inactivo. No hay micrófono: conecte uno.</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>Iniciando…</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>Deteniendo…</translation>
    </message>
    <message>
        <source>Live: {route}, noise suppressed, {delay:.0f} ms end to end</source>
        <translation>En directo: {route}, ruido suprimido, {delay:.0f} ms de extremo a extremo</translation>
    </message>
    <message>
        <source>Live, noise suppression off: {route}, the sound is passed on unprocessed</source>
        <translation>En directo, supresión de ruido desactivada: {route}, el sonido pasa sin procesar</translation>
    </message>
    <message>
        <source>Muted: {route}, nothing is sent</source>
        <translation>Silenciado: {route}, no se envía nada</translation>
    </message>
    <message>
        <source>Waiting: {why}</source>
        <translation>En espera: {why}</translation>
    </message>
    <message>
        <source>CPU too busy: {route}, the sound is passed on unprocessed; close other programs or use fewer steps</source>
        <translation>CPU demasiado ocupada: {route}, el sonido pasa sin procesar; cierre otros programas o use menos pasos</translation>
    </message>
    <message>
        <source>Live with dropouts: {route}; close other programs or use fewer steps</source>
        <translation>En directo con cortes: {route}; cierre otros programas o use menos pasos</translation>
    </message>
    <message>
        <source>Live, but the input is silent: check whether {input} is muted</source>
        <translation>En directo, pero la entrada está en silencio: compruebe si {input} está silenciado</translation>
    </message>
    <message>
        <source>Live, but the input clips: turn {input} down</source>
        <translation>En directo, pero la entrada satura: baje el nivel de {input}</translation>
    </message>
    <message>
        <source>a device is missing</source>
        <translation>falta un dispositivo</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Inactivo</translation>
    </message>
    <message>
        <source>Good</source>
        <translation>Bien</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Atención</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problema</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>Trabajando</translation>
    </message>
    <message>
        <source>Set up microphone…</source>
        <translation>Configurar micrófono…</translation>
    </message>
    <message>
        <source>Which microphone is yours?</source>
        <translation>¿Cuál es su micrófono?</translation>
    </message>
    <message>
        <source>Speak a sentence: the meter should move. Klarstrom suppresses noise in this microphone on your own computer; nothing is sent anywhere.</source>
        <translation>Diga una frase: el medidor debería moverse. Klarstrom suprime el ruido de este micrófono en su propio equipo; no se envía nada a ninguna parte.</translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation>&amp;Micrófono</translation>
    </message>
    <message>
        <source>Choose another one if the meter does not move when you speak.</source>
        <translation>Elija otro si el medidor no se mueve al hablar.</translation>
    </message>
    <message>
        <source>What is heard</source>
        <translation>Lo que se oye</translation>
    </message>
    <message>
        <source>&amp;Go live</source>
        <translation>En &amp;directo</translation>
    </message>
    <message>
        <source>Use this microphone and process it while you speak.</source>
        <translation>Usar este micrófono y procesarlo mientras habla.</translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation>&amp;Ahora no</translation>
    </message>
    <message>
        <source>Close this page; the menu Tools opens it again. Escape.</source>
        <translation>Cerrar esta página; el menú Herramientas la abre de nuevo. Escape.</translation>
    </message>
    <message>
        <source>Opening the microphone …</source>
        <translation>Abriendo el micrófono…</translation>
    </message>
    <message>
        <source>Listening: say something.</source>
        <translation>Escuchando: diga algo.</translation>
    </message>
    <message>
        <source>It hears you. This microphone is ready.</source>
        <translation>Se le oye. Este micrófono está listo.</translation>
    </message>
    <message>
        <source>Something comes in, but no voice yet: speak, come closer, turn the microphone up in the system's sound settings, or choose another one.</source>
        <translation>Llega algo, pero aún no hay voz: hable, acérquese, suba el micrófono en los ajustes de sonido del sistema o elija otro.</translation>
    </message>
    <message>
        <source>Only silence comes in: check the microphone's mute switch and the system's sound settings, or choose another one.</source>
        <translation>Solo llega silencio: compruebe el interruptor del micrófono y los ajustes de sonido del sistema, o elija otro.</translation>
    </message>
    <message>
        <source>There is no microphone: plug one in and it appears here by itself, or allow this program the microphone in the system's privacy settings.</source>
        <translation>No hay micrófono: conecte uno y aparecerá aquí solo, o permita el micrófono a este programa en los ajustes de privacidad del sistema.</translation>
    </message>
    <message>
        <source>{why}: close other programs that use it, or choose another one.</source>
        <translation>{why}: cierre otros programas que lo usen o elija otro.</translation>
    </message>
    <message>
        <source>Spectrum, dB over kHz</source>
        <translation>Espectro, dB sobre kHz</translation>
    </message>
    <message>
        <source>Waveform, s</source>
        <translation>Forma de onda, s</translation>
    </message>
    <message>
        <source>{title}: stopped</source>
        <translation>{title}: detenido</translation>
    </message>
    <message>
        <source>{title}: waiting for the device</source>
        <translation>{title}: esperando el dispositivo</translation>
    </message>
    <message>
        <source>clipped {count}</source>
        <translation>saturadas {count}</translation>
    </message>
    <message>
        <source>Recorded {input} and {output}. Play (P) ends live processing and plays both.</source>
        <translation>Grabados {input} y {output}. Reproducir (P) termina el directo y reproduce ambos.</translation>
    </message>
    <message>
        <source>no steps: too busy</source>
        <translation>sin pasos: demasiada carga</translation>
    </message>
    <message>
        <source>{steps} ({setting})   compute {hop:.2f} ms per 10 ms   DSP load {load:.0%}   noise reduction {reduction}   late {late}   drops {drops}   fills {fills}   xruns {xruns}   clipped {clipped}</source>
        <translation>{steps} ({setting})   cálculo {hop:.2f} ms por 10 ms   carga DSP {load:.0%}   reducción de ruido {reduction}   tarde {late}   descartes {drops}   rellenos {fills}   xruns {xruns}   saturadas {clipped}</translation>
    </message>
    <message>
        <source>latency {total:.0f} ms =   {stages}</source>
        <translation>latencia {total:.0f} ms =   {stages}</translation>
    </message>
    <message>
        <source>input device</source>
        <translation>dispositivo de entrada</translation>
    </message>
    <message>
        <source>input queue</source>
        <translation>cola de entrada</translation>
    </message>
    <message>
        <source>resampling</source>
        <translation>remuestreo</translation>
    </message>
    <message>
        <source>model</source>
        <translation>modelo</translation>
    </message>
    <message>
        <source>compute</source>
        <translation>cálculo</translation>
    </message>
    <message>
        <source>output queue</source>
        <translation>cola de salida</translation>
    </message>
    <message>
        <source>output device</source>
        <translation>dispositivo de salida</translation>
    </message>
    <message>
        <source>compute: what 10 ms of sound cost; DSP load: as a share of the time there is; late: frames that took longer; drops, fills: dropouts, sound taken out or put in; xruns: times that the sound system was late; clipped: input samples at full scale; latency: end to end, stage by stage, ms.</source>
        <translation>cálculo: lo que cuestan 10 ms de sonido; carga DSP: como parte del tiempo disponible; tarde: tramas que tardaron más; descartes, rellenos: cortes, sonido quitado o añadido; xruns: veces que el sistema de sonido llegó tarde; saturadas: muestras de entrada a fondo de escala; latencia: de extremo a extremo, etapa por etapa, ms.</translation>
    </message>
    <message>
        <source>Performance numbers</source>
        <translation>Valores de rendimiento</translation>
    </message>
    <message>
        <source>Performance</source>
        <translation>Rendimiento</translation>
    </message>
    <message>
        <source>Show or hide the numbers: steps, load, dropouts and latency by stage.</source>
        <translation>Mostrar u ocultar los valores: pasos, carga, cortes y latencia por etapa.</translation>
    </message>
    <message>
        <source>Spectrogram of the input</source>
        <translation>Espectrograma de la entrada</translation>
    </message>
    <message>
        <source>Spectrogram of the output</source>
        <translation>Espectrograma de la salida</translation>
    </message>
    <message>
        <source>Noise reduction, dB</source>
        <translation>Reducción de ruido, dB</translation>
    </message>
    <message>
        <source>DSP load</source>
        <translation>Carga DSP</translation>
    </message>
    <message>
        <source>Steps, up to {most}</source>
        <translation>Pasos, hasta {most}</translation>
    </message>
    <message>
        <source>Input level</source>
        <translation>Nivel de entrada</translation>
    </message>
    <message>
        <source>Output level</source>
        <translation>Nivel de salida</translation>
    </message>
    <message>
        <source>Level in dB full scale (dBFS). The line holds the peak; the light at the right end tells of clipped samples, and a click, Return or Space resets it.</source>
        <translation>Nivel en dB a fondo de escala (dBFS). La línea retiene el pico; la luz del extremo derecho avisa de muestras saturadas, y un clic, Intro o Espacio la restablece.</translation>
    </message>
    <message>
        <source>no signal</source>
        <translation>sin señal</translation>
    </message>
    <message>
        <source>{n} step</source>
        <translation>{n} paso</translation>
    </message>
    <message>
        <source>{n} steps</source>
        <translation>{n} pasos</translation>
    </message>
    <message>
        <source>{minutes}:{seconds:02d} min live ({route}): {noise}, {dropouts} dropouts, {clipped} clipped samples.</source>
        <translation>{minutes}:{seconds:02d} min en directo ({route}): {noise}, {dropouts} cortes, {clipped} muestras saturadas.</translation>
    </message>
    <message>
        <source>noise reduced by {db:.0f} dB in pauses</source>
        <translation>ruido reducido {db:.0f} dB en las pausas</translation>
    </message>
    <message>
        <source>there was hardly any noise</source>
        <translation>apenas hubo ruido</translation>
    </message>
    <message>
        <source>Session report</source>
        <translation>Informe de la sesión</translation>
    </message>
    <message>
        <source>There was no live session of more than 5 seconds yet.</source>
        <translation>Todavía no hubo una sesión en directo de más de 5 segundos.</translation>
    </message>
    <message>
        <source>These numbers stay on this computer.</source>
        <translation>Estos valores no salen de este equipo.</translation>
    </message>
    <message>
        <source>Use in calls</source>
        <translation>Usar en llamadas</translation>
    </message>
    <message>
        <source>Make a virtual microphone, go live, and say what to choose in the other program.</source>
        <translation>Crear un micrófono virtual, activar el directo y decir qué elegir en el otro programa.</translation>
    </message>
    <message>
        <source>In Zoom, Teams, Discord or OBS choose the microphone “{name}”; leave their output device as it is.</source>
        <translation>En Zoom, Teams, Discord u OBS elija el micrófono «{name}»; deje su dispositivo de salida como está.</translation>
    </message>
    <message>
        <source>Test for 5 seconds</source>
        <translation>Probar 5 segundos</translation>
    </message>
    <message>
        <source>Records you for five seconds, then plays the recording: first the input, then the output.</source>
        <translation>Le graba cinco segundos y reproduce la grabación: primero la entrada, luego la salida.</translation>
    </message>
    <message>
        <source>Speak now: {seconds} s …</source>
        <translation>Hable ahora: {seconds} s…</translation>
    </message>
    <message>
        <source>Test: this is the input.</source>
        <translation>Prueba: esta es la entrada.</translation>
    </message>
    <message>
        <source>Test: this is the output, with noise suppressed.</source>
        <translation>Prueba: esta es la salida, con el ruido suprimido.</translation>
    </message>
    <message>
        <source>Noise suppression</source>
        <translation>Supresión de ruido</translation>
    </message>
    <message>
        <source>Noise suppression: on</source>
        <translation>Supresión de ruido: sí</translation>
    </message>
    <message>
        <source>Noise suppression: off</source>
        <translation>Supresión de ruido: no</translation>
    </message>
    <message>
        <source>On: the processed sound is heard. Off (bypass): the sound is passed on as it came in. Space, unless another button has the focus.</source>
        <translation>Sí: se oye el sonido procesado. No (bypass): el sonido pasa tal como llegó. Espacio, salvo que otro botón tenga el foco.</translation>
    </message>
    <message>
        <source>Go live</source>
        <translation>En directo</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detener</translation>
    </message>
    <message>
        <source>Process the microphone while you speak. L.</source>
        <translation>Procesar el micrófono mientras habla. L.</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Grabar</translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation>Detener grabación</translation>
    </message>
    <message>
        <source>Write input and output into two files in your music folder. R.</source>
        <translation>Escribir entrada y salida en dos archivos de su carpeta de música. R.</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Silenciar</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>Silenciado</translation>
    </message>
    <message>
        <source>Silence the output. M.</source>
        <translation>Silenciar la salida. M.</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Reproducir</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausa</translation>
    </message>
    <message>
        <source>Play or pause the recording; noise suppression on and off changes sides at the same place. P.</source>
        <translation>Reproducir o pausar la grabación; la supresión de ruido cambia de lado en el mismo lugar. P.</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Abrir…</translation>
    </message>
    <message>
        <source>Open a recording and process it, or two to compare them. Ctrl+O, or drop files on the window.</source>
        <translation>Abrir una grabación y procesarla, o dos para compararlas. Ctrl+O, o suelte archivos en la ventana.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Stop processing this recording. Escape.</source>
        <translation>Dejar de procesar esta grabación. Escape.</translation>
    </message>
    <message>
        <source>Export audio…</source>
        <translation>Exportar audio…</translation>
    </message>
    <message>
        <source>Write the processed recording to a file. Ctrl+S.</source>
        <translation>Escribir la grabación procesada en un archivo. Ctrl+S.</translation>
    </message>
    <message>
        <source>Export spectrograms…</source>
        <translation>Exportar espectrogramas…</translation>
    </message>
    <message>
        <source>Write both spectrograms to a PNG. Ctrl+Shift+S.</source>
        <translation>Escribir ambos espectrogramas en un PNG. Ctrl+Mayús+S.</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Salir</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Archivo</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Editar</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ver</translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation>&amp;Reproducción</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Herramientas</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;yuda</translation>
    </message>
    <message>
        <source>Back 1 s</source>
        <translation>Atrás 1 s</translation>
    </message>
    <message>
        <source>Forward 1 s</source>
        <translation>Adelante 1 s</translation>
    </message>
    <message>
        <source>Smooth spectrograms</source>
        <translation>Suavizar espectrogramas</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscuro</translation>
    </message>
    <message>
        <source>Spectrum and waveform</source>
        <translation>Espectro y forma de onda</translation>
    </message>
    <message>
        <source>Pause display</source>
        <translation>Pausar la vista</translation>
    </message>
    <message>
        <source>{title}: display paused (H)</source>
        <translation>{title}: vista en pausa (H)</translation>
    </message>
    <message>
        <source>Wheel: zoom in frequency. Ctrl+wheel: zoom in time. Alt+wheel: scroll in frequency. Shift+wheel: scroll in time. Drag: move both spectrograms. Double click: zoom to fit.</source>
        <translation>Rueda: zoom en frecuencia. Ctrl+rueda: zoom en tiempo. Alt+rueda: desplazar en frecuencia. Mayús+rueda: desplazar en tiempo. Arrastrar: mover ambos espectrogramas. Doble clic: ajustar todo.</translation>
    </message>
    <message>
        <source>Zoom in: frequency</source>
        <translation>Acercar: frecuencia</translation>
    </message>
    <message>
        <source>Zoom out: frequency</source>
        <translation>Alejar: frecuencia</translation>
    </message>
    <message>
        <source>Zoom in: time</source>
        <translation>Acercar: tiempo</translation>
    </message>
    <message>
        <source>Zoom out: time</source>
        <translation>Alejar: tiempo</translation>
    </message>
    <message>
        <source>Scroll to higher frequencies</source>
        <translation>A frecuencias más altas</translation>
    </message>
    <message>
        <source>Scroll to lower frequencies</source>
        <translation>A frecuencias más bajas</translation>
    </message>
    <message>
        <source>Scroll back in time</source>
        <translation>Atrás en el tiempo</translation>
    </message>
    <message>
        <source>Scroll forward in time</source>
        <translation>Adelante en el tiempo</translation>
    </message>
    <message>
        <source>Zoom to fit</source>
        <translation>Ajustar todo</translation>
    </message>
    <message>
        <source>This desktop shows no tray icons: the window starts minimised instead, and closing it ends the program.</source>
        <translation>Este escritorio no muestra iconos en la bandeja: la ventana se inicia minimizada y al cerrarla termina el programa.</translation>
    </message>
    <message>
        <source>Show window</source>
        <translation>Mostrar ventana</translation>
    </message>
    <message>
        <source>Hide window</source>
        <translation>Ocultar ventana</translation>
    </message>
    <message>
        <source>The sound goes on. A click here opens the window; Quit is in the menu.</source>
        <translation>El sonido continúa. Un clic aquí abre la ventana; Salir está en el menú.</translation>
    </message>
    <message>
        <source>not running</source>
        <translation>inactivo</translation>
    </message>
    <message>
        <source>noise suppression on</source>
        <translation>supresión de ruido activada</translation>
    </message>
    <message>
        <source>noise suppression off</source>
        <translation>supresión de ruido desactivada</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>silenciado</translation>
    </message>
    <message>
        <source>needs attention</source>
        <translation>requiere atención</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportar</translation>
    </message>
    <message>
        <source>Write the processed audio or a picture of the spectrograms to a file.</source>
        <translation>Escribir el audio procesado o una imagen de los espectrogramas en un archivo.</translation>
    </message>
    <message>
        <source>Undo: {name}</source>
        <translation>Deshacer: {name}</translation>
    </message>
    <message>
        <source>Redo: {name}</source>
        <translation>Rehacer: {name}</translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation>Preferencias…</translation>
    </message>
    <message>
        <source>Reset settings</source>
        <translation>Restablecer ajustes</translation>
    </message>
    <message>
        <source>Export settings…</source>
        <translation>Exportar ajustes…</translation>
    </message>
    <message>
        <source>Import settings…</source>
        <translation>Importar ajustes…</translation>
    </message>
    <message>
        <source>Compact mode</source>
        <translation>Modo compacto</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Atajos de teclado</translation>
    </message>
    <message>
        <source>Troubleshooting…</source>
        <translation>Solución de problemas…</translation>
    </message>
    <message>
        <source>About Klarstrom</source>
        <translation>Acerca de Klarstrom</translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation>Abrir carpeta de registro</translation>
    </message>
    <message>
        <source>Play / Pause</source>
        <translation>Reproducir / Pausa</translation>
    </message>
    <message>
        <source>Audio devices</source>
        <translation>Dispositivos de audio</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modelo</translation>
    </message>
    <message>
        <source>Spectrogram</source>
        <translation>Espectrograma</translation>
    </message>
    <message>
        <source>Settings panel</source>
        <translation>Panel de ajustes</translation>
    </message>
    <message>
        <source>Show or hide the settings at the side. F9.</source>
        <translation>Mostrar u ocultar los ajustes del lateral. F9.</translation>
    </message>
    <message>
        <source>Show or hide these settings.</source>
        <translation>Mostrar u ocultar estos ajustes.</translation>
    </message>
    <message>
        <source>Input device</source>
        <translation>Dispositivo de entrada</translation>
    </message>
    <message>
        <source>The microphone.</source>
        <translation>El micrófono.</translation>
    </message>
    <message>
        <source>Output device</source>
        <translation>Dispositivo de salida</translation>
    </message>
    <message>
        <source>Where the processed sound goes: headphones, loudspeakers, or the cable of a virtual microphone.</source>
        <translation>Adónde va el sonido procesado: auriculares, altavoces o el cable de un micrófono virtual.</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Predeterminado del sistema</translation>
    </message>
    <message>
        <source>System default ({name})</source>
        <translation>Predeterminado ({name})</translation>
    </message>
    <message>
        <source>{name} (disconnected)</source>
        <translation>{name} (desconectado)</translation>
    </message>
    <message>
        <source>Virtual microphone</source>
        <translation>Micrófono virtual</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Ninguno</translation>
    </message>
    <message>
        <source>A microphone that other programs can choose while Klarstrom is live: pick a name or type one, then Enter.</source>
        <translation>Un micrófono que otros programas pueden elegir mientras Klarstrom está en directo: elija un nombre o escríbalo y pulse Intro.</translation>
    </message>
    <message>
        <source>Other programs can choose the microphone “{name}” now. Leave their output device as it is.</source>
        <translation>Otros programas ya pueden elegir el micrófono «{name}». Deje su dispositivo de salida como está.</translation>
    </message>
    <message>
        <source>Install VB-Cable and restart, choose “CABLE Input” here, and choose “CABLE Output” as the microphone in your call.</source>
        <translation>Instale VB-Cable y reinicie, elija aquí «CABLE Input» y en la llamada «CABLE Output» como micrófono.</translation>
    </message>
    <message>
        <source>Install BlackHole 2ch, choose it here, and choose it as the microphone in your call.</source>
        <translation>Instale BlackHole 2ch, elíjalo aquí y como micrófono en la llamada.</translation>
    </message>
    <message>
        <source>A virtual microphone needs PulseAudio or PipeWire, and pactl (apt install pulseaudio-utils).</source>
        <translation>Un micrófono virtual necesita PulseAudio o PipeWire, y pactl (apt install pulseaudio-utils).</translation>
    </message>
    <message>
        <source>The processed sound goes to the virtual microphone “{name}”: choose None there to hear it on this device.</source>
        <translation>El sonido procesado va al micrófono virtual «{name}»: elija allí Ninguno para oírlo en este dispositivo.</translation>
    </message>
    <message>
        <source>The speech enhancement model.</source>
        <translation>El modelo de mejora de voz.</translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation>Abrir un archivo de modelo…</translation>
    </message>
    <message>
        <source>Model info</source>
        <translation>Información del modelo</translation>
    </message>
    <message>
        <source>What the model is, its training data and its scores.</source>
        <translation>Qué es el modelo, sus datos de entrenamiento y sus puntuaciones.</translation>
    </message>
    <message>
        <source>Model i&amp;nfo</source>
        <translation>&amp;Información del modelo</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>Cálculo</translation>
    </message>
    <message>
        <source>Where the model runs. Auto uses CUDA where it works, otherwise the CPU.</source>
        <translation>Dónde se ejecuta el modelo. Auto usa CUDA donde funciona; si no, la CPU.</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Auto</translation>
    </message>
    <message>
        <source>Diffusion steps</source>
        <translation>Pasos de difusión</translation>
    </message>
    <message>
        <source>Steps for each 10 ms: more cost more CPU time. Auto adapts to the CPU time that is left while live; the number in brackets is used for recordings.</source>
        <translation>Pasos por cada 10 ms: más cuestan más CPU. Auto se adapta en directo a la CPU libre; el número entre paréntesis se usa para las grabaciones.</translation>
    </message>
    <message>
        <source>Attenuation limit</source>
        <translation>Límite de atenuación</translation>
    </message>
    <message>
        <source>The most that noise is attenuated, in dB. A lower limit keeps some of the room. The highest value: no limit.</source>
        <translation>Lo máximo que se atenúa el ruido, en dB. Un límite menor conserva algo de la sala. El valor más alto: sin límite.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Sin límite</translation>
    </message>
    <message>
        <source>Output gain</source>
        <translation>Ganancia de salida</translation>
    </message>
    <message>
        <source>Makes the output louder or quieter.</source>
        <translation>Hace la salida más fuerte o más débil.</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Preajuste</translation>
    </message>
    <message>
        <source>Values of steps, attenuation limit and gain for a purpose.</source>
        <translation>Valores de pasos, límite de atenuación y ganancia para un uso.</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>Personalizado</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automático</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>Llamada</translation>
    </message>
    <message>
        <source>Podcast</source>
        <translation>Pódcast</translation>
    </message>
    <message>
        <source>Aggressive</source>
        <translation>Agresivo</translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation>Suave</translation>
    </message>
    <message>
        <source>Frequency axis</source>
        <translation>Eje de frecuencia</translation>
    </message>
    <message>
        <source>Mel and logarithmic give speech and low noise more room.</source>
        <translation>Mel y logarítmico dan más espacio a la voz y al ruido grave.</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Lineal</translation>
    </message>
    <message>
        <source>Mel</source>
        <translation>Mel</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation>Logarítmico</translation>
    </message>
    <message>
        <source>Color range</source>
        <translation>Rango de color</translation>
    </message>
    <message>
        <source>Color range: minimum</source>
        <translation>Rango de color: mínimo</translation>
    </message>
    <message>
        <source>Color range: maximum</source>
        <translation>Rango de color: máximo</translation>
    </message>
    <message>
        <source>Level of the darkest color, dB full scale.</source>
        <translation>Nivel del color más oscuro, dB a fondo de escala.</translation>
    </message>
    <message>
        <source>to</source>
        <translation>a</translation>
    </message>
    <message>
        <source>Level of the brightest color, dB full scale.</source>
        <translation>Nivel del color más claro, dB a fondo de escala.</translation>
    </message>
    <message>
        <source>FFT size</source>
        <translation>Tamaño de FFT</translation>
    </message>
    <message>
        <source>Larger: finer in frequency. Smaller: finer in time.</source>
        <translation>Mayor: más fino en frecuencia. Menor: más fino en tiempo.</translation>
    </message>
    <message>
        <source>Color map</source>
        <translation>Mapa de colores</translation>
    </message>
    <message>
        <source>Colors of both spectrograms, from the minimum to the maximum level.</source>
        <translation>Colores de ambos espectrogramas, del nivel mínimo al máximo.</translation>
    </message>
    <message>
        <source>&amp;Input device</source>
        <translation>&amp;Dispositivo de entrada</translation>
    </message>
    <message>
        <source>&amp;Output device</source>
        <translation>Dispositivo de &amp;salida</translation>
    </message>
    <message>
        <source>Virtual mi&amp;crophone</source>
        <translation>Micró&amp;fono virtual</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modelo</translation>
    </message>
    <message>
        <source>Compute &amp;device</source>
        <translation>&amp;Cálculo</translation>
    </message>
    <message>
        <source>Diffusion &amp;steps</source>
        <translation>&amp;Pasos de difusión</translation>
    </message>
    <message>
        <source>&amp;Attenuation limit</source>
        <translation>&amp;Límite de atenuación</translation>
    </message>
    <message>
        <source>O&amp;utput gain</source>
        <translation>&amp;Ganancia de salida</translation>
    </message>
    <message>
        <source>P&amp;reset</source>
        <translation>Prea&amp;juste</translation>
    </message>
    <message>
        <source>Fre&amp;quency axis</source>
        <translation>Eje de frec&amp;uencia</translation>
    </message>
    <message>
        <source>Color ran&amp;ge</source>
        <translation>Ra&amp;ngo de color</translation>
    </message>
    <message>
        <source>FFT si&amp;ze</source>
        <translation>&amp;Tamaño de FFT</translation>
    </message>
    <message>
        <source>Co&amp;lor map</source>
        <translation>Mapa de col&amp;ores</translation>
    </message>
</context>
</TS>
