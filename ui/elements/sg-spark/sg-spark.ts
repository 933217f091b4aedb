import { css, html, LitElement, svg } from 'lit'
import { base } from '../../styles/shared.ts'

/** Fewer values have no shape yet. */
const fewest = 5

/** A line of a few values without axes: the shape of the last minutes. */
export class SgSpark extends LitElement {
  static override styles = [
    base,
    css`
      svg {
        display: block;
        width: 100%;
        height: 100%;
        overflow: visible;
      }

      .line {
        fill: none;
        stroke: var(--sg-accent);
        stroke-width: 1.5;
        stroke-linejoin: round;
        stroke-linecap: round;
        vector-effect: non-scaling-stroke;
      }

      .area {
        fill: var(--sg-accent-weak);
      }
    `,
  ]
  static override properties = { values: { attribute: false } }
  declare values: readonly number[]

  constructor() {
    super()
    this.values = []
  }

  protected override render() {
    const { values } = this
    if (values.length < fewest) return html`<svg aria-hidden="true"></svg>`
    const top = Math.max(...values) * 1.1 || 1
    const points = values.map((value, i) => {
      const x = (i / (values.length - 1)) * 100
      return `${x.toFixed(2)},${(30 - (value / top) * 28).toFixed(2)}`
    })
    return html`<svg viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      ${svg`<polygon class="area" points="0,30 ${points.join(' ')} 100,30" />`}
      ${svg`<polyline class="line" points="${points.join(' ')}" />`}
    </svg>`
  }
}

customElements.define('sg-spark', SgSpark)
