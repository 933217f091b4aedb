import { css } from 'lit'

export const styles = css`
  :host {
    display: block;
    height: 100%;
  }

  .alone {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    min-height: 70vh;
    padding: 24px;
    text-align: center;
    color: var(--sg-muted);
  }

  .alone h1 {
    font: 600 18px / 28px var(--sg-sans);
    color: var(--sg-strong);
  }

  .alone button,
  .alone .button {
    margin-top: 12px;
  }
`
