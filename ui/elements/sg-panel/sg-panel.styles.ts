import { css } from 'lit'

export const styles = css`
  :host {
    min-width: 0;
    contain: layout style;
  }

  section {
    display: flex;
    flex-direction: column;
    height: 100%;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    background: var(--sg-surface);
    overflow: hidden;
  }

  :host([state="stale"]) section,
  :host([state="behind"]) section,
  :host([state="reconnecting"]) section {
    border-color: color-mix(in srgb, var(--sg-pending) 40%, var(--sg-line));
  }

  header {
    display: flex;
    align-items: center;
    gap: 4px;
    height: 32px;
    padding: 0 6px 0 12px;
    flex: none;
  }

  h2 {
    font: 600 12.5px / 20px var(--sg-sans);
    color: var(--sg-strong);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .unit {
    margin-left: 4px;
    color: var(--sg-muted);
    font: 400 11px / 20px var(--sg-mono);
  }

  .grow {
    flex: 1;
  }

  .tool {
    width: 24px;
    height: 24px;
    padding: 0;
    opacity: 0;
    transition: opacity 120ms var(--sg-ease);
  }

  .tool svg.icon {
    width: 14px;
    height: 14px;
  }

  section:hover .tool,
  section:focus-within .tool,
  .tool[aria-pressed="true"] {
    opacity: 1;
  }

  @media (hover: none) {
    .tool {
      opacity: 1;
    }
  }

  sg-chip {
    margin-left: 4px;
    flex: none;
  }

  .stage {
    position: relative;
    flex: none;
    height: var(--sg-chart-height, 184px);
  }

  :host([large]) .stage {
    height: max(320px, calc(100vh - 208px));
  }

  #chart {
    position: absolute;
    inset: 0;
    cursor: crosshair;
  }

  /* an answer that takes long: what is shown is still the picture of before */
  :host([state="loading"]) #chart {
    opacity: 0.45;
    transition: opacity 120ms var(--sg-ease) 300ms;
  }

  #chart:focus-visible {
    box-shadow: none;
  }

  /* what a drag has chosen */
  .chosen {
    position: absolute;
    inset: 0 auto 26px;
    z-index: 4;
    border: solid var(--sg-accent);
    border-width: 0 1px;
    background: var(--sg-accent-weak);
    pointer-events: none;
  }

  .chosen[hidden] {
    display: none;
  }

  /* what the alert under the crosshair is */
  .alert {
    position: absolute;
    top: 8px;
    left: 8px;
    z-index: 4;
    max-width: calc(100% - 84px);
    padding: 2px 8px;
    border: 1px solid var(--sg-line-strong);
    border-radius: var(--sg-radius-s);
    background: var(--sg-raised);
    color: var(--sg-text);
    font-size: 11.5px;
    line-height: 18px;
    pointer-events: none;
  }

  .alert[data-begins] {
    border-color: var(--sg-firing);
  }

  .alert:empty {
    display: none;
  }

  /* the canvases would cover a ring of the element itself */
  #chart:focus-visible::after {
    content: "";
    position: absolute;
    inset: 0;
    z-index: 5;
    box-shadow: inset 0 0 0 2px var(--sg-accent);
    pointer-events: none;
  }

  .overlay {
    position: absolute;
    inset: 0 62px 26px 0;
    display: grid;
    place-content: center;
    gap: 2px;
    padding: 0 16px;
    text-align: center;
    pointer-events: none;
    z-index: 3;
  }

  .overlay[data-slim] {
    inset: 6px 70px auto 6px;
    padding: 4px 10px;
    border: 1px solid color-mix(in srgb, var(--sg-firing) 40%, transparent);
    border-radius: var(--sg-radius-s);
    background: color-mix(in srgb, var(--sg-firing) 10%, var(--sg-surface));
    font-size: 11.5px;
    line-height: 16px;
    text-align: left;
  }

  .reading {
    position: absolute;
    inset: 0 0 auto;
    height: 2px;
    z-index: 3;
    background: linear-gradient(90deg, transparent 20%, var(--sg-accent) 50%, transparent 80%);
    background-size: 250% 100%;
    animation: sweep 1.2s linear infinite;
  }

  .skeleton {
    position: absolute;
    inset: 12px 12px 12px;
    z-index: 3;
    border-radius: var(--sg-radius-s);
    background: linear-gradient(100deg, var(--sg-raised) 35%, var(--sg-hover) 50%, var(--sg-raised) 65%);
    background-size: 250% 100%;
    animation: sweep 1.6s linear infinite;
  }

  @keyframes sweep {
    from {
      background-position: 120% 0;
    }
    to {
      background-position: -60% 0;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .skeleton,
    .reading {
      animation: none;
    }
  }

  sg-points {
    position: absolute;
    inset: 0;
    z-index: 4;
  }

  footer {
    flex: 1;
    min-height: 30px;
    padding: 2px 6px 4px;
  }

  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0 2px;
  }

  .key {
    height: 22px;
    gap: 7px;
    padding: 0 6px;
    color: var(--sg-text);
    font: 400 11.5px / 1 var(--sg-sans);
    max-width: 320px;
  }

  .key[data-muted] {
    opacity: 0.4;
  }

  .key i {
    width: 12px;
    height: 3px;
    border-radius: 2px;
    background: var(--tone);
    flex: none;
  }

  .key.d1 i {
    background: linear-gradient(90deg, var(--tone) 0 5px, transparent 5px 7px, var(--tone) 7px);
  }

  .key.d2 i {
    background: repeating-linear-gradient(90deg, var(--tone) 0 2px, transparent 2px 4px);
  }

  .key .name {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .key output {
    color: var(--sg-strong);
    font-size: 11.5px;
    font-weight: 500;
  }

  .more {
    padding: 0 6px;
    font-size: 11.5px;
  }

  .s1 {
    --tone: var(--sg-series-1);
  }
  .s2 {
    --tone: var(--sg-series-2);
  }
  .s3 {
    --tone: var(--sg-series-3);
  }
  .s4 {
    --tone: var(--sg-series-4);
  }
  .s5 {
    --tone: var(--sg-series-5);
  }
  .s6 {
    --tone: var(--sg-series-6);
  }
  .s7 {
    --tone: var(--sg-series-7);
  }
  .s8 {
    --tone: var(--sg-series-8);
  }
`
