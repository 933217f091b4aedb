import { css } from 'lit'

/** Fewer columns where it is narrow, then two lines a row. */
export const narrowStyles = css`
  @media (max-width: 1180px) {
    .row {
      grid-template-columns: minmax(110px, 1.2fr) minmax(132px, 1fr) 84px minmax(150px, 1.4fr) minmax(0, 1.4fr) var(--act);
      gap: 12px;
    }

    .version {
      display: none;
    }
  }

  @media (max-width: 760px) {
    .row {
      grid-template: "agent status act" 24px "value seen act" 26px / minmax(0, 1fr) auto auto;
      align-content: center;
      gap: 0 12px;
      height: 64px;
      padding: 0 14px;
    }

    .row.head {
      display: none;
    }

    .top {
      border: 0;
    }

    .agent {
      grid-area: agent;
    }

    .status {
      grid-area: status;
      justify-self: end;
    }

    .row:not(.head) > .value {
      grid-area: value;
    }

    .row:not(.head) > .seen {
      grid-area: seen;
      justify-self: end;
      color: var(--sg-muted);
    }

    .act {
      grid-area: act;
    }

    .act:empty {
      display: none;
    }

    .act button {
      opacity: 1;
    }

    .row:not(.head) > .last-values {
      display: none;
    }
  }
`
