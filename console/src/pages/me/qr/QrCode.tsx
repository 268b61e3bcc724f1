import { qrCode } from './code';

/** The light border that readers need, in modules (ISO/IEC 18004:2015, 6.3.8). */
const BORDER = 4;

/** A text as a QR code; nothing where it is too long for one. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const rows = qrCode(text);
  if (!rows) return null;
  const size = rows.length + 2 * BORDER;
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${String(x + BORDER)} ${String(y + BORDER)}h1v1h-1z` : ''))).join('');
  return (
    <svg className="bh-qr" viewBox={`0 0 ${String(size)} ${String(size)}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect className="bh-qr-ground" width={size} height={size} />
      <path className="bh-qr-modules" d={path} />
    </svg>
  );
}
