import { css } from 'lit'

export const styles = css`
  .count {
    padding-top: 3px;
  }

  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
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
    width: 168px;
    padding-left: 28px;
  }

  select {
    max-width: 200px;
  }

  .pause {
    width: 92px;
  }

  .pause[aria-pressed="true"] {
    border-color: var(--sg-accent);
    background: var(--sg-accent-weak);
    color: var(--sg-accent);
  }

  .panels {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr));
    gap: 12px;
  }

  .panels[data-large],
  .panels[data-count="1"] {
    grid-template-columns: minmax(0, 1fr);
  }

  .panels[data-count="2"] {
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr));
  }

  .waiting {
    height: 252px;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius);
    background: var(--sg-surface);
  }

  .rest {
    display: flex;
    align-items: center;
    gap: 12px;
    margin-top: 16px;
  }

  .none {
    padding: 48px 0;
    text-align: center;
  }

  @media (max-width: 640px) {
    .tools {
      width: 100%;
      display: grid;
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }

    sg-range {
      grid-column: 1 / -1;
    }

    .find input,
    select {
      width: 100%;
      max-width: none;
    }

    .pause {
      width: 100%;
    }
  }
`
