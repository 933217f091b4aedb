import { css } from 'lit'

export const styles = css`
  :host {
    display: contents;
  }

  form {
    display: grid;
    gap: 6px;
    margin-top: 16px;
  }

  label {
    color: var(--sg-muted);
    font-size: 12px;
    font-weight: 500;
  }

  input {
    height: 34px;
    font-family: var(--sg-mono);
  }

  .hint {
    color: var(--sg-muted);
    font-size: 12px;
  }
`
