import encodeQR from 'qr';

/** Modules of white around a code, without which readers do not find it. */
const quiet = 4;

/** Characters up to which a code stays coarse enough for a phone; longer ones go without spare room. */
const roomy = 300;

/** A text to be read by a camera. A quarter of it may be dirty or scratched, unless the text is long. */
export function QrCode({ text, label, className }: { text: string; label: string; className?: string }) {
  const rows = encodeQR(text, 'raw', { ecc: text.length > roomy ? 'low' : 'quartile', border: quiet });
  const dark = rows.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      className={className}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path d="M0 0h999v999H0z" fill="#fff" />
      <path d={dark.join('')} fill="#000" />
    </svg>
  );
}
