import { css } from 'lit'

export const styles = css`
  .tiles {
    display: grid;
    grid-template-columns: repeat(4, minmax(0, 1fr));
    gap: 12px;
    margin-bottom: 12px;
  }

  .panels {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr));
    gap: 12px;
    margin: 12px 0;
  }

  .card + .card,
  .card + sg-empty {
    margin-top: 12px;
  }

  .none {
    padding: 40px 16px;
    text-align: center;
  }

  .to {
    color: var(--sg-strong);
    font-weight: 500;
  }

  .to:hover {
    color: var(--sg-accent);
  }

  .bar .button {
    height: 26px;
  }

  .count {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    height: 26px;
    padding: 0 8px;
    border-radius: var(--sg-radius-s);
    font-size: 12px;
  }

  .count:hover {
    background: var(--sg-hover);
  }

  .count b {
    color: var(--sg-strong);
    font-weight: 500;
  }

  code {
    font: 400 12px / 20px var(--sg-mono);
    color: var(--sg-text);
  }

  @media (max-width: 1000px) {
    .tiles {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }

  @media (max-width: 640px) {
    .tiles {
      gap: 8px;
    }

    .agents > .bar {
      flex-wrap: wrap;
      height: auto;
      padding: 7px 8px 7px 14px;
    }

    .agents > .bar .button {
      order: -1;
      margin-left: auto;
    }

    .agents > .bar .grow {
      display: none;
    }

    .agents > .bar h2 {
      order: -2;
    }

    .count {
      padding: 0 6px 0 0;
    }
  }
`
