import { css } from 'lit'

export const styles = css`
  :host {
    display: contents;
  }

  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    margin-top: 8px;
  }

  form > label,
  legend {
    margin-top: 8px;
    padding: 0;
    color: var(--sg-muted);
    font-size: 12px;
    font-weight: 500;
  }

  legend {
    margin-bottom: 6px;
  }

  legend span {
    color: var(--sg-accent);
  }

  input:not([type="checkbox"]) {
    width: 100%;
    height: 34px;
  }

  textarea {
    padding: 6px 10px;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    background: var(--sg-ground);
    color: var(--sg-text);
    font: 400 12.5px / 20px var(--sg-mono);
    resize: vertical;
  }

  textarea::placeholder {
    color: var(--sg-muted);
    opacity: 0.8;
  }

  textarea:focus-visible {
    border-color: var(--sg-accent);
    border-radius: var(--sg-radius);
    box-shadow: none;
    outline: 2px solid var(--sg-accent-weak);
  }

  fieldset {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }

  .metrics {
    display: grid;
    align-content: start;
    height: 132px;
    padding: 4px;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    overflow: auto;
  }

  .metrics label {
    display: flex;
    align-items: center;
    gap: 8px;
    height: 28px;
    padding: 0 6px;
    border-radius: var(--sg-radius-s);
    color: var(--sg-text);
    font-size: 12.5px;
    cursor: pointer;
  }

  .metrics label:hover {
    background: var(--sg-hover);
  }

  .metrics span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .metrics button {
    justify-content: flex-start;
    padding: 0 6px;
  }

  .metrics p {
    padding: 4px 6px;
  }

  input[type="checkbox"] {
    width: 14px;
    height: 14px;
    margin: 0;
    accent-color: var(--sg-accent);
  }

  .fault {
    color: var(--sg-firing);
    font-size: 12px;
  }

  .fault:empty {
    display: none;
  }
`
