import { css } from 'lit'

export const styles = css`
  :host {
    max-width: 1100px;
  }

  .card + .card {
    margin-top: 12px;
  }

  form {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    gap: 12px;
    padding: 16px;
  }

  label {
    display: grid;
    gap: 6px;
    color: var(--sg-muted);
    font-size: 12px;
    font-weight: 500;
  }

  label input {
    width: 240px;
  }

  .label {
    color: var(--sg-strong);
    font-weight: 500;
  }

  tr[data-over] td {
    color: var(--sg-muted);
    text-decoration: line-through;
    text-decoration-color: var(--sg-line-strong);
  }

  tr[data-over] .end,
  tr[data-over] .end * {
    text-decoration: none;
  }

  .end {
    text-align: right;
  }

  .sure {
    display: inline-flex;
    gap: 4px;
  }

  .none {
    padding: 24px 16px;
  }

  .fresh {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 10px 16px;
    margin-bottom: 12px;
    padding: 12px 16px;
    border: 1px solid var(--sg-accent);
    border-radius: var(--sg-radius);
    background: var(--sg-accent-weak);
  }

  .fresh code {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
    font: 400 12.5px / 18px var(--sg-mono);
    color: var(--sg-strong);
    user-select: all;
  }

  @media (max-width: 640px) {
    form,
    label,
    label input,
    select {
      width: 100%;
    }

    form {
      display: grid;
    }
  }
`
