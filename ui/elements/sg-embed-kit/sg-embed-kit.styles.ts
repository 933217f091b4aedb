import { css } from 'lit'

export const styles = css`
  :host {
    margin-top: 20px;
  }

  .choice {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }

  .group {
    display: inline-flex;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    overflow: hidden;
  }

  .group button {
    height: 26px;
    border: 0;
    border-radius: 0;
    color: var(--sg-muted);
  }

  .group button + button {
    border-left: 1px solid var(--sg-line);
  }

  .group button[aria-pressed="true"] {
    background: var(--sg-accent-weak);
    color: var(--sg-accent);
  }

  .group button:focus-visible {
    box-shadow: inset 0 0 0 2px var(--sg-accent);
  }

  select {
    flex: 1 0 160px;
    max-width: 100%;
  }

  .preview {
    min-height: 96px;
    margin: 12px 0 16px;
    padding: 12px;
    border: 1px dashed var(--sg-line-strong);
    border-radius: var(--sg-radius);
    background: var(--sg-ground);
  }

  h3 {
    margin-bottom: 6px;
    color: var(--sg-strong);
    font: 500 13px / 20px var(--sg-sans);
  }

  sg-copy {
    --sg-copy-height: 220px;
  }

  p {
    margin-top: 8px;
    font-size: 12px;
  }

  code {
    font: 400 11.5px / 18px var(--sg-mono);
    color: var(--sg-text);
    overflow-wrap: anywhere;
  }
`
