import { css } from 'lit'

export const styles = css`
  :host {
    position: relative;
    display: grid;
    place-items: center;
    min-height: 100vh;
    min-height: 100dvh;
    padding: 24px 16px;
    overflow: auto;
  }

  .trace {
    position: absolute;
    left: 0;
    right: 0;
    top: calc(50% - 120px);
    width: 100%;
    height: 220px;
    fill: none;
    stroke: var(--sg-accent);
    stroke-width: 1.5;
    opacity: 0.22;
    mask-image: linear-gradient(90deg, transparent, #000 18%, #000 82%, transparent);
  }

  .trace path {
    vector-effect: non-scaling-stroke;
  }

  main {
    position: relative;
    width: min(380px, 100%);
  }

  .brand {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 10px;
    margin-bottom: 20px;
    color: var(--sg-strong);
    font: 600 18px / 28px var(--sg-sans);
    letter-spacing: -0.02em;
  }

  .mark {
    width: 28px;
    height: 28px;
  }

  form {
    display: grid;
    gap: 8px;
    padding: 24px;
    border: 1px solid var(--sg-line);
    border-radius: 8px;
    background: var(--sg-surface);
  }

  h1 {
    margin-bottom: 8px;
    font: 600 16px / 24px var(--sg-sans);
    color: var(--sg-strong);
  }

  label {
    color: var(--sg-muted);
    font-weight: 500;
    font-size: 12px;
  }

  input {
    height: 36px;
    font-family: var(--sg-mono);
  }

  button.primary {
    height: 36px;
    margin-top: 8px;
    font-size: 13px;
  }

  .problem {
    display: flex;
    gap: 9px;
    margin-bottom: 8px;
    padding: 9px 12px;
    border: 1px solid color-mix(in srgb, var(--sg-firing) 40%, transparent);
    border-radius: var(--sg-radius);
    background: var(--sg-firing-weak);
    color: var(--sg-text);
    font-size: 12.5px;
  }

  .problem svg.icon {
    margin-top: 2px;
    color: var(--sg-firing);
  }

  .hint {
    margin-top: 16px;
    padding: 0 8px;
    text-align: center;
    color: var(--sg-muted);
    font-size: 12.5px;
  }

  code {
    display: block;
    margin-top: 6px;
    color: var(--sg-text);
    font: 400 12px / 20px var(--sg-mono);
  }
`
