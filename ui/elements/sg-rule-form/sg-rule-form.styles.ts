import { css } from 'lit'

export const styles = css`
  :host {
    display: contents;
  }

  dialog {
    width: min(640px, calc(100vw - 32px));
  }

  form {
    display: grid;
    gap: 14px;
    margin-top: 12px;
  }

  .row {
    display: grid;
    grid-template-columns: repeat(12, minmax(0, 1fr));
    gap: 14px 12px;
  }

  .field {
    display: grid;
    align-content: start;
    gap: 6px;
    grid-column: span 4;
  }

  .w6 {
    grid-column: span 6;
  }

  .w3 {
    grid-column: span 3;
  }

  label,
  legend {
    color: var(--sg-muted);
    font-size: 12px;
    font-weight: 500;
  }

  input,
  select {
    width: 100%;
    height: 32px;
  }

  input[aria-invalid="true"] {
    border-color: var(--sg-firing);
  }

  .fault {
    color: var(--sg-firing);
    font-size: 12px;
    line-height: 16px;
  }

  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 16px;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    margin-bottom: 6px;
    padding: 0;
  }

  fieldset label {
    display: inline-flex;
    align-items: center;
    gap: 7px;
    min-height: 24px;
    color: var(--sg-text);
    font-size: 13px;
    font-weight: 400;
  }

  input[type="checkbox"] {
    width: 15px;
    height: 15px;
    margin: 0;
    accent-color: var(--sg-accent);
  }

  summary {
    width: fit-content;
    color: var(--sg-muted);
    font-size: 12px;
    font-weight: 500;
    cursor: pointer;
  }

  summary:hover {
    color: var(--sg-text);
  }

  details .row {
    margin-top: 12px;
  }

  .says {
    min-height: 42px;
    padding: 10px 14px;
    border: 1px solid var(--sg-line);
    border-left: 2px solid var(--sg-accent);
    border-radius: var(--sg-radius);
    background: var(--sg-ground);
    color: var(--sg-strong);
  }

  .says.unready {
    border-left-color: var(--sg-line-strong);
    color: var(--sg-muted);
  }

  dialog .ends {
    margin-top: 4px;
  }

  @media (max-width: 640px) {
    .field {
      grid-column: span 6;
    }
  }
`
