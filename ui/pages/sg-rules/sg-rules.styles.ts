import { css } from 'lit'

export const styles = css`
  :host {
    max-width: 1200px;
  }

  li {
    display: grid;
    grid-template-columns: 36px minmax(0, 1fr) auto auto;
    align-items: center;
    gap: 4px 16px;
    min-height: 60px;
    padding: 8px 16px;
    border-bottom: 1px solid color-mix(in srgb, var(--sg-line) 60%, transparent);
  }

  li:last-child {
    border-bottom: 0;
  }

  .what {
    min-width: 0;
  }

  .what h2 {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 8px;
    overflow-wrap: anywhere;
  }

  .what p {
    color: var(--sg-muted);
    overflow-wrap: anywhere;
  }

  li[data-off] .what h2 {
    color: var(--sg-muted);
  }

  em {
    color: var(--sg-muted);
    font: 400 12px / 18px var(--sg-sans);
  }

  em.critical {
    color: var(--sg-firing);
  }

  em.warning {
    color: var(--sg-pending);
  }

  .now {
    font-size: 12px;
  }

  .tools {
    display: flex;
    gap: 2px;
  }

  .tools button {
    width: 32px;
    height: 32px;
    padding: 0;
  }

  button.switch {
    position: relative;
    width: 34px;
    height: 20px;
    padding: 0;
    border-radius: 10px;
    border-color: var(--sg-line-strong);
    background: var(--sg-ground);
  }

  button.switch::after {
    content: "";
    position: absolute;
    top: 3px;
    left: 3px;
    width: 12px;
    height: 12px;
    border-radius: 50%;
    background: var(--sg-muted);
    transition: transform 120ms var(--sg-ease);
  }

  button.switch[aria-checked="true"] {
    border-color: transparent;
    background: var(--sg-accent);
  }

  button.switch[aria-checked="true"]::after {
    background: var(--sg-on-accent);
    transform: translateX(14px);
  }

  .off {
    font-size: 12px;
  }

  .none {
    padding: 40px 16px;
    text-align: center;
  }

  .none button {
    margin-top: 12px;
  }

  @media (max-width: 640px) {
    li {
      grid-template-columns: 36px minmax(0, 1fr) auto;
      padding: 10px 12px;
    }

    .now {
      grid-column: 2;
      grid-row: 2;
    }

    .tools {
      grid-column: 3;
      grid-row: 1;
    }
  }
`
