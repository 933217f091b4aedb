import { css } from 'lit'

/** What every element starts from: box model, focus ring, links, and text that is only heard. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host {
    display: block;
  }

  :host([hidden]) {
    display: none;
  }

  h1,
  h2,
  h3,
  p,
  ul,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }

  ul {
    list-style: none;
  }

  a {
    color: inherit;
    text-decoration: none;
  }

  :focus-visible {
    outline: none;
    box-shadow: var(--sg-focus);
    border-radius: var(--sg-radius-s);
  }

  .mono {
    font-family: var(--sg-mono);
    font-variant-numeric: tabular-nums;
  }

  .mono,
  pre,
  code {
    font-variant-ligatures: none;
  }

  .muted {
    color: var(--sg-muted);
  }

  .heard {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`

/** Buttons and text fields. */
export const controls = css`
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    height: 28px;
    padding: 0 12px;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    background: var(--sg-raised);
    color: var(--sg-text);
    font: 500 12.5px / 1 var(--sg-sans);
    white-space: nowrap;
    cursor: pointer;
    transition: background 120ms var(--sg-ease), border-color 120ms var(--sg-ease), color 120ms var(--sg-ease);
  }

  button:hover:not(:disabled),
  .button:hover {
    background: var(--sg-hover);
    border-color: var(--sg-line-strong);
    color: var(--sg-strong);
  }

  button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  button.primary {
    border-color: transparent;
    background: var(--sg-accent);
    color: var(--sg-on-accent);
    font-weight: 600;
  }

  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--sg-accent) 88%, white);
    color: var(--sg-on-accent);
  }

  button.danger {
    color: var(--sg-firing);
  }

  button.quiet {
    border-color: transparent;
    background: transparent;
    color: var(--sg-muted);
  }

  button.quiet:hover:not(:disabled) {
    background: var(--sg-hover);
    color: var(--sg-text);
  }

  input,
  select {
    height: 28px;
    padding: 0 10px;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    background: var(--sg-ground);
    color: var(--sg-text);
    font: 400 13px / 1 var(--sg-sans);
    min-width: 0;
  }

  input::placeholder {
    color: var(--sg-muted);
    opacity: 0.8;
  }

  input:hover,
  select:hover {
    border-color: var(--sg-line-strong);
  }

  input:focus-visible,
  select:focus-visible {
    box-shadow: none;
    border-radius: var(--sg-radius);
    border-color: var(--sg-accent);
    outline: 2px solid var(--sg-accent-weak);
    outline-offset: 0;
  }

  svg.icon {
    width: 16px;
    height: 16px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
`

/** A page: heading with its tools, then sections. */
export const page = css`
  :host {
    display: block;
    padding: 20px 24px 32px;
    max-width: 1760px;
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    min-height: 32px;
    margin-bottom: 16px;
  }

  h1 {
    font: 600 18px / 28px var(--sg-sans);
    letter-spacing: -0.012em;
    color: var(--sg-strong);
  }

  h2 {
    font: 600 13px / 20px var(--sg-sans);
    color: var(--sg-strong);
  }

  .grow {
    flex: 1;
  }

  .card {
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    background: var(--sg-surface);
  }

  .card > .bar {
    display: flex;
    align-items: center;
    gap: 8px;
    height: 40px;
    padding: 0 16px;
    border-bottom: 1px solid var(--sg-line);
  }

  .notice {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 10px 14px;
    margin-bottom: 16px;
    border: 1px solid color-mix(in srgb, var(--sg-pending) 45%, transparent);
    border-radius: var(--sg-radius);
    background: var(--sg-pending-weak);
    color: var(--sg-text);
  }

  .notice.bad {
    border-color: color-mix(in srgb, var(--sg-firing) 45%, transparent);
    background: var(--sg-firing-weak);
  }

  @media (max-width: 640px) {
    :host {
      padding: 14px 12px 24px;
    }
  }
`

/** Tables of a card. */
export const table = css`
  .scroll {
    /* what is for screen readers only lies somewhere, too: inside, or the page gets wider */
    position: relative;
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
    text-align: left;
  }

  th {
    height: 32px;
    padding: 0 16px;
    border-bottom: 1px solid var(--sg-line);
    color: var(--sg-muted);
    font: 500 11.5px / 1 var(--sg-sans);
    white-space: nowrap;
  }

  td {
    height: 40px;
    padding: 0 16px;
    border-bottom: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
    white-space: nowrap;
  }

  tbody tr:last-child td {
    border-bottom: 0;
  }

  tbody tr.link {
    cursor: pointer;
  }

  tbody tr.link:hover td {
    background: var(--sg-hover);
  }

  .num {
    text-align: right;
  }

  td.num {
    font-family: var(--sg-mono);
    font-variant-numeric: tabular-nums;
  }
`

/** A question or a form above the page. */
export const dialog = css`
  dialog {
    width: min(560px, calc(100vw - 32px));
    max-height: calc(100dvh - 48px);
    padding: 20px 24px 24px;
    border: 1px solid var(--sg-line-strong);
    border-radius: 8px;
    background: var(--sg-surface);
    color: var(--sg-text);
    font: var(--sg-font);
    overflow: auto;
  }

  dialog::backdrop {
    background: color-mix(in srgb, var(--sg-ground) 72%, transparent);
  }

  dialog h2 {
    margin-bottom: 8px;
    font: 600 15px / 24px var(--sg-sans);
    color: var(--sg-strong);
  }

  dialog .notice {
    align-items: flex-start;
    margin: 12px 0 0;
  }

  dialog .notice svg.icon {
    margin-top: 2px;
  }

  dialog .ends {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
    margin-top: 20px;
  }

  @media (max-width: 640px) {
    dialog {
      padding: 16px;
    }
  }
`
