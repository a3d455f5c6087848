const key = 'task-reporter.ring';

/** Whether this device rings; it does unless somebody has switched it off. */
export function mayRing(): boolean {
  try {
    return localStorage.getItem(key) !== 'off';
  } catch {
    return true;
  }
}

export function setRing(on: boolean): void {
  try {
    if (on) localStorage.removeItem(key);
    else localStorage.setItem(key, 'off');
  } catch {
    // not remembered: it goes on ringing
  }
}

let context: AudioContext | undefined;

/**
 * Makes the instrument at the first touch or key: before that no browser lets a page sound,
 * and a phone only lets it later when it was started then.
 */
export function readyToRing(): () => void {
  const events = ['click', 'keydown'] as const;
  const make = (): void => {
    forget();
    context ??= new AudioContext();
    const made = context;
    void made.resume().then(() => made.suspend());
  };
  const forget = (): void => {
    for (const event of events) window.removeEventListener(event, make, true);
  };
  for (const event of events) window.addEventListener(event, make, true);
  return forget;
}

/** Seconds of a tone and of the pause after it; hertz. */
const tones = { count: 3, length: 0.2, pause: 0.15, high: 988, low: 784 };
const wholeLength = tones.count * (tones.length + tones.pause);

/** Rings and buzzes; silently not, where it is switched off or the browser forbids it. */
export async function ring(): Promise<void> {
  if (!mayRing() || context === undefined) return;
  const instrument = context;
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return play(instrument);
  // Of several tabs one rings; the others hear of the same incident while it does.
  await locks.request('task-reporter.ring', { ifAvailable: true }, (lock) => lock && play(instrument));
}

async function play(instrument: AudioContext): Promise<void> {
  const { count, length, pause, high, low } = tones;
  navigator.vibrate?.(Array.from({ length: count * 2 - 1 }, (_, n) => 1000 * (n % 2 ? pause : length)));
  void instrument.resume();
  for (let n = 0; n < count; n += 1) {
    const start = instrument.currentTime + n * (length + pause);
    const tone = instrument.createOscillator();
    const volume = instrument.createGain();
    tone.type = 'square'; // is heard beside machines
    tone.frequency.value = n % 2 ? low : high;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.setTargetAtTime(0, start + length * 0.8, length * 0.1); // ends without a crack
    tone.connect(volume).connect(instrument.destination);
    tone.start(start);
    tone.stop(start + length);
  }
  await new Promise((over) => setTimeout(over, wholeLength * 1000));
  await instrument.suspend();
}
