import { css } from 'lit'

export const styles = css`
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 45%);
    align-items: center;
    gap: 0 12px;
    padding: 0 12px 10px;
  }

  .value {
    font-size: 28px;
    font-weight: 600;
    line-height: 40px;
    color: var(--sg-strong);
    white-space: nowrap;
  }

  .value small {
    color: var(--sg-muted);
    font-size: 14px;
    font-weight: 500;
  }

  [data-old] .value {
    color: var(--sg-muted);
  }

  .caption {
    grid-column: 1 / -1;
    font-size: 11.5px;
    line-height: 18px;
    overflow-wrap: anywhere;
  }

  svg {
    display: block;
    width: 100%;
    height: 30px;
  }

  path {
    fill: none;
    stroke: var(--sg-series-1);
    stroke-linecap: round;
    stroke-linejoin: round;
    vector-effect: non-scaling-stroke;
  }

  .line {
    stroke-width: 1.5;
  }

  .dot {
    stroke-width: 5;
  }
`
