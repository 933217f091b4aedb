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

  dl {
    display: grid;
    gap: 16px;
    margin-top: 16px;
  }

  dt {
    margin-bottom: 6px;
    color: var(--sg-strong);
    font-weight: 500;
  }

  dd + dd {
    margin-top: 6px;
  }
`
