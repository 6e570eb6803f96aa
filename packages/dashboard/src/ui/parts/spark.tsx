/** How often something happened, part by part of a time; the numbers stand beside it. */
export function Spark({ parts }: { parts: readonly number[] }) {
  const most = Math.max(1, ...parts);
  return (
    <svg class="spark" viewBox={`0 0 ${parts.length * 4} 20`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map((n, i) => (
        <rect key={i} x={i * 4} y={20 - (20 * n) / most} width="3" height={(20 * n) / most} />
      ))}
    </svg>
  );
}
