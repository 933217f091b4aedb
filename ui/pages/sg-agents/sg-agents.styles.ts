import { css } from 'lit'

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    box-sizing: border-box;
    height: 100%;
    padding-bottom: 16px;
  }

  .head {
    margin-bottom: 12px;
  }

  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-bottom: 12px;
  }

  .filters button[aria-pressed="true"] {
    border-color: var(--sg-accent);
    background: var(--sg-accent-weak);
    color: var(--sg-strong);
  }

  .find {
    position: relative;
    color: var(--sg-muted);
  }

  .find svg.icon {
    position: absolute;
    left: 8px;
    top: 7px;
    width: 14px;
    height: 14px;
  }

  .find input {
    width: 200px;
    padding-left: 28px;
  }

  .metric {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--sg-muted);
  }

  select {
    max-width: 220px;
  }

  .card {
    display: flex;
    flex-direction: column;
    flex: 0 1 auto;
    min-height: 96px;
  }

  sg-agents-table {
    flex: 0 1 auto;
  }

  .none {
    display: grid;
    justify-items: center;
    gap: 8px;
    padding: 56px 24px;
    text-align: center;
  }

  .none h2 {
    font: 600 15px / 24px var(--sg-sans);
  }

  .none p {
    max-width: 56ch;
  }

  .none button {
    margin-top: 8px;
  }

  @media (max-width: 640px) {
    .find,
    .find input,
    .metric,
    .metric select {
      width: 100%;
      max-width: none;
    }

    .metric {
      display: none;
    }

    .filters button {
      padding: 0 9px;
    }
  }
`
