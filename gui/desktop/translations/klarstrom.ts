<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this message. Escape.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model card beside the file. The file says:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside ({what}); it is written to {log}. The window goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go live at the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live processing starts together with the program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start in the tray</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No window at the start: a click on the tray&apos;s icon opens it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep running in the tray when closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closing the window leaves the sound running; Quit (Ctrl+Q) ends the program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes effect when the program is started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light or dark, or as the system is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start when I log in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Klarstrom starts in the tray when you log in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Autostart is set up on Linux only; elsewhere use the system&apos;s own settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always on top</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window stays above others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Startup</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Action</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space and Return press the button that has the focus. Alt and an underlined letter lead to a setting.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Examining this computer …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The examination could not be started: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No problem was found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At least one problem was found; the lines marked “fail” say what to do.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;h3&gt;Klarstrom {version}&lt;/h3&gt;&lt;p&gt;Speech enhancement by diffusion, live on one CPU core. Nothing that you record or say leaves this computer.&lt;/p&gt;&lt;p&gt;Model: {model}&lt;/p&gt;&lt;p&gt;Licence: MIT. The model info names the training data and their licences. Icons: Material Design Icons (Apache 2.0), through QtAwesome (MIT). Made with Qt {qt} (LGPL) and ONNX Runtime (MIT).&lt;/p&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings imported from {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds no settings of Klarstrom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Klarstrom is already running: its window was brought to the front.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, as it was heard live; noise suppression on and off (Space) changes sides</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{names}: {seconds:.1f} s, compared as they are; noise suppression on and off (Space) changes sides</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> against </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open or drop a recording, or go live.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds:.2f} s   {khz:.2f} kHz   original {before:.0f} dB   processed {after:.0f} dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds:.2f} s   {khz:.2f} kHz   input {before:.0f} dB   output {after:.0f} dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening {name} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processing {name}, {share:.0%}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, processed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s, original and processed as they were recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {seconds:.1f} s processed with {steps} on {device}; compute {hop_ms:.2f} ms per 10 ms, DSP load {load:.0%}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cursor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Audio files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the system refuses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing to export yet: open a recording first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one recording to process it, or two of the same words to compare them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> and </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be opened: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{why}; {name} is used instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the model that comes with the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be opened: there is no such file in {folder}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} holds no audio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} lasts {minutes:.0f} min; the window opens up to {most} min: use `realtime-cli file` for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{first} has {rate} Hz and {second} {other} Hz: give both the same sample rate to compare them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is not enough memory for this recording: use `realtime-cli file` for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing can be played: {why}; choose another output device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing can be played: the output device does not open ({why}); check that headphones or loudspeakers are connected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing can be played: PortAudio is missing; on Linux `apt install libportaudio2`</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the recording took too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}; choose another place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off. “Go live” processes {input}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off. There is no microphone: plug one in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live: {route}, noise suppressed, {delay:.0f} ms end to end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live, noise suppression off: {route}, the sound is passed on unprocessed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Muted: {route}, nothing is sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting: {why}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU too busy: {route}, the sound is passed on unprocessed; close other programs or use fewer steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live with dropouts: {route}; close other programs or use fewer steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live, but the input is silent: check whether {input} is muted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Live, but the input clips: turn {input} down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a device is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set up microphone…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which microphone is yours?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak a sentence: the meter should move. Klarstrom suppresses noise in this microphone on your own computer; nothing is sent anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Microphone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another one if the meter does not move when you speak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is heard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this microphone and process it while you speak.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Not now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this page; the menu Tools opens it again. Escape.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening the microphone …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listening: say something.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It hears you. This microphone is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something comes in, but no voice yet: speak, come closer, turn the microphone up in the system&apos;s sound settings, or choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only silence comes in: check the microphone&apos;s mute switch and the system&apos;s sound settings, or choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no microphone: plug one in and it appears here by itself, or allow this program the microphone in the system&apos;s privacy settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{why}: close other programs that use it, or choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spectrum, dB over kHz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waveform, s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}: stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}: waiting for the device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>clipped {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recorded {input} and {output}. Play (P) ends live processing and plays both.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no steps: too busy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{steps} ({setting})   compute {hop:.2f} ms per 10 ms   DSP load {load:.0%}   noise reduction {reduction}   late {late}   drops {drops}   fills {fills}   xruns {xruns}   clipped {clipped}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>latency {total:.0f} ms =   {stages}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>resampling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>compute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>compute: what 10 ms of sound cost; DSP load: as a share of the time there is; late: frames that took longer; drops, fills: dropouts, sound taken out or put in; xruns: times that the sound system was late; clipped: input samples at full scale; latency: end to end, stage by stage, ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Performance numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Performance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the numbers: steps, load, dropouts and latency by stage.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spectrogram of the input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spectrogram of the output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise reduction, dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DSP load</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps, up to {most}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level in dB full scale (dBFS). The line holds the peak; the light at the right end tells of clipped samples, and a click, Return or Space resets it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no signal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{minutes}:{seconds:02d} min live ({route}): {noise}, {dropouts} dropouts, {clipped} clipped samples.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>noise reduced by {db:.0f} dB in pauses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there was hardly any noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Session report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There was no live session of more than 5 seconds yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These numbers stay on this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use in calls</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a virtual microphone, go live, and say what to choose in the other program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In Zoom, Teams, Discord or OBS choose the microphone “{name}”; leave their output device as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test for 5 seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records you for five seconds, then plays the recording: first the input, then the output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speak now: {seconds} s …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test: this is the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test: this is the output, with noise suppressed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise suppression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise suppression: on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise suppression: off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On: the processed sound is heard. Off (bypass): the sound is passed on as it came in. Space, unless another button has the focus.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go live</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Process the microphone while you speak. L.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write input and output into two files in your music folder. R.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Muted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Silence the output. M.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play or pause the recording; noise suppression on and off changes sides at the same place. P.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a recording and process it, or two to compare them. Ctrl+O, or drop files on the window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop processing this recording. Escape.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export audio…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the processed recording to a file. Ctrl+S.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export spectrograms…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write both spectrograms to a PNG. Ctrl+Shift+S.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back 1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward 1 s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smooth spectrograms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spectrum and waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause display</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}: display paused (H)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wheel: zoom in frequency. Ctrl+wheel: zoom in time. Alt+wheel: scroll in frequency. Shift+wheel: scroll in time. Drag: move both spectrograms. Double click: zoom to fit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in: frequency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out: frequency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in: time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out: time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll to higher frequencies</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll to lower frequencies</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll back in time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scroll forward in time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom to fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This desktop shows no tray icons: the window starts minimised instead, and closing it ends the program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The sound goes on. A click here opens the window; Quit is in the menu.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>noise suppression on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>noise suppression off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>muted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>needs attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the processed audio or a picture of the spectrograms to a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preferences…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import settings…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compact mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Troubleshooting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Klarstrom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play / Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Audio devices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spectrogram</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide the settings at the side. F9.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show or hide these settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the processed sound goes: headphones, loudspeakers, or the cable of a virtual microphone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System default ({name})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} (disconnected)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Virtual microphone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A microphone that other programs can choose while Klarstrom is live: pick a name or type one, then Enter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other programs can choose the microphone “{name}” now. Leave their output device as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install VB-Cable and restart, choose “CABLE Input” here, and choose “CABLE Output” as the microphone in your call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install BlackHole 2ch, choose it here, and choose it as the microphone in your call.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A virtual microphone needs PulseAudio or PipeWire, and pactl (apt install pulseaudio-utils).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processed sound goes to the virtual microphone “{name}”: choose None there to hear it on this device.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The speech enhancement model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model info</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the model is, its training data and its scores.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model i&amp;nfo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compute</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the model runs. Auto uses CUDA where it works, otherwise the CPU.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Auto</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diffusion steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps for each 10 ms: more cost more CPU time. Auto adapts to the CPU time that is left while live; the number in brackets is used for recordings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attenuation limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The most that noise is attenuated, in dB. A lower limit keeps some of the room. The highest value: no limit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output gain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes the output louder or quieter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values of steps, attenuation limit and gain for a purpose.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Custom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Podcast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Aggressive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frequency axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mel and logarithmic give speech and low noise more room.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Color range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Color range: minimum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Color range: maximum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level of the darkest color, dB full scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level of the brightest color, dB full scale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FFT size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Larger: finer in frequency. Smaller: finer in time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Color map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colors of both spectrograms, from the minimum to the maximum level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Input device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Output device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Virtual mi&amp;crophone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compute &amp;device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diffusion &amp;steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Attenuation limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>O&amp;utput gain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fre&amp;quency axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Color ran&amp;ge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>FFT si&amp;ze</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;lor map</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
