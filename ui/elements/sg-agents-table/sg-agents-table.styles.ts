import { css } from 'lit'

export const styles = css`
  :host {
    --act: 0;
    min-height: 0;
    border-radius: var(--sg-radius);
    overflow: hidden;
  }

  :host([manages]) {
    --act: 28px;
  }

  [role="grid"] {
    height: 100%;
  }

  .scroller {
    height: 100%;
    overflow: auto;
    overscroll-behavior: contain;
  }

  .top {
    position: sticky;
    top: 0;
    z-index: 2;
    background: var(--sg-surface);
    border-bottom: 1px solid var(--sg-line);
  }

  .rows {
    position: relative;
    contain: strict;
    min-width: 100%;
  }

  .row {
    display: grid;
    grid-template-columns:
      minmax(130px, 1.1fr) minmax(132px, 0.8fr) 84px minmax(150px, 1.3fr) minmax(0, 3fr) 64px var(--act);
    align-items: center;
    gap: 16px;
    height: 40px;
    padding: 0 16px;
  }

  .rows .row {
    position: absolute;
    inset: 0 0 auto;
    contain: layout style;
    border-bottom: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
  }

  .rows .row:hover,
  .rows .row:focus-within {
    background: var(--sg-hover);
  }

  .row.head {
    height: 31px;
    color: var(--sg-muted);
    font: 500 11.5px / 1 var(--sg-sans);
  }

  .head > * {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .head button {
    height: 24px;
    max-width: 100%;
    margin-left: -8px;
    padding: 0 8px;
    font: inherit;
  }

  .head button span {
    overflow: hidden;
    text-overflow: ellipsis;
    line-height: 16px;
  }

  [aria-sort="ascending"] button,
  [aria-sort="descending"] button {
    color: var(--sg-text);
  }

  .head i {
    width: 7px;
    height: 5px;
    flex: none;
    background: currentColor;
    clip-path: polygon(50% 0, 100% 100%, 0 100%);
  }

  .head i.descending {
    transform: rotate(180deg);
  }

  .version,
  .agent {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .version {
    color: var(--sg-muted);
    font-size: 11.5px;
  }

  .agent a {
    color: var(--sg-strong);
    font-weight: 500;
  }

  /* the whole row is the link */
  .agent a::after {
    content: "";
    position: absolute;
    inset: 0;
  }

  .agent a:focus-visible {
    box-shadow: none;
  }

  .agent a:focus-visible::after {
    box-shadow: inset 0 0 0 2px var(--sg-accent);
    border-radius: 0;
  }

  .status {
    min-width: 0;
    overflow: hidden;
  }

  .row:not(.head) > .seen {
    font-size: 12px;
    white-space: nowrap;
  }

  .row:not(.head) > .value {
    display: flex;
    align-items: center;
    gap: 10px;
    min-width: 0;
  }

  .value b {
    flex: none;
    width: 8.5ch;
    font-size: 12px;
  }

  .value svg {
    flex: 1;
    min-width: 0;
    max-width: 140px;
    height: 26px;
  }

  .trend {
    fill: none;
    stroke: var(--sg-accent);
    stroke-width: 1.25;
    stroke-linejoin: round;
    stroke-linecap: round;
    vector-effect: non-scaling-stroke;
  }

  .dot {
    stroke-width: 3.5;
  }

  .row:not([data-status="online"]) .trend {
    stroke: var(--sg-offline);
  }

  .row:not(.head) > .last-values {
    display: flex;
    gap: 20px;
    overflow: hidden;
  }

  .last-values > * {
    flex: none;
  }

  .last-values > .pair {
    flex: 0 1 auto;
    min-width: 0;
  }

  .pair {
    display: inline-flex;
    align-items: baseline;
    gap: 7px;
    white-space: nowrap;
    font-size: 12px;
  }

  b {
    color: var(--sg-strong);
    font-weight: 500;
  }

  .pair .muted {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .pair b {
    flex: none;
    min-width: 7ch;
  }

  .row[data-status="offline"] :is(b, .agent a),
  .row[data-status="unknown"] :is(b, .agent a) {
    color: var(--sg-muted);
  }

  .act {
    position: relative;
    z-index: 1;
    width: 28px;
  }

  .act button {
    width: 28px;
    padding: 0;
    opacity: 0;
  }

  .row:hover .act button,
  .row:focus-within .act button,
  .act button:focus-visible {
    opacity: 1;
  }

  .act button:hover:not(:disabled) {
    color: var(--sg-firing);
  }

  .blank i {
    height: 10px;
    width: 60%;
    border-radius: var(--sg-radius-s);
    background: var(--sg-raised);
  }
`
