let brush: OffscreenCanvasRenderingContext2D | null | undefined

/** Any colour of CSS as `#rrggbb`: charts put an opacity behind it. What is no colour is black. */
export function hexOf(color: string): string {
  if (/^#[0-9a-f]{6}$/i.test(color)) return color
  brush ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
  if (!brush) return '#000000'
  brush.clearRect(0, 0, 1, 1)
  brush.fillStyle = '#000000'
  brush.fillStyle = color
  brush.fillRect(0, 0, 1, 1)
  const [r, g, b] = brush.getImageData(0, 0, 1, 1).data
  return `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
