import { css } from 'lit'

export const styles = css`
  :host {
    display: grid;
    grid-template: "side main" minmax(0, 1fr) "strip strip" 24px / 208px minmax(0, 1fr);
    height: 100vh;
    height: 100dvh;
  }

  header {
    display: contents;
  }

  .skip {
    position: absolute;
    left: 12px;
    top: -48px;
    z-index: 20;
    padding: 6px 12px;
    border-radius: var(--sg-radius);
    background: var(--sg-accent);
    color: var(--sg-on-accent);
  }

  .skip:focus {
    top: 12px;
  }

  aside {
    grid-area: side;
    display: flex;
    flex-direction: column;
    min-height: 0;
    padding: 14px 10px 10px;
    border-right: 1px solid var(--sg-line);
    background: var(--sg-surface);
    overflow-y: auto;
  }

  .brand {
    display: flex;
    align-items: center;
    gap: 9px;
    padding: 2px 8px;
    color: var(--sg-strong);
    font: 600 14.5px / 24px var(--sg-sans);
    letter-spacing: -0.015em;
  }

  .mark {
    width: 22px;
    height: 22px;
    flex: none;
  }

  nav {
    display: grid;
    gap: 2px;
    margin-top: 18px;
  }

  nav a {
    display: flex;
    align-items: center;
    gap: 10px;
    height: 32px;
    padding: 0 10px;
    border-radius: var(--sg-radius);
    color: var(--sg-muted);
    font-weight: 500;
    transition: background 120ms var(--sg-ease), color 120ms var(--sg-ease);
  }

  nav a:hover {
    background: var(--sg-hover);
    color: var(--sg-text);
  }

  nav a[aria-current] {
    background: var(--sg-accent-weak);
    color: var(--sg-strong);
  }

  nav a[aria-current] .icon {
    color: var(--sg-accent);
  }

  .badge {
    min-width: 18px;
    margin-left: auto;
    padding: 0 5px;
    border-radius: 9px;
    background: var(--sg-firing);
    color: var(--sg-ground);
    font-size: 11px;
    font-weight: 600;
    line-height: 18px;
    text-align: center;
  }

  .group {
    margin: 20px 10px 0;
    color: var(--sg-muted);
    font: 500 11px / 16px var(--sg-sans);
  }

  .tenants {
    margin-top: 6px;
    min-height: 0;
  }

  .tenants a {
    height: 28px;
  }

  .tenants i {
    width: 6px;
    height: 6px;
    margin: 0 5px;
    border-radius: 2px;
    background: var(--sg-line-strong);
    flex: none;
  }

  .tenants a[aria-current] i {
    background: var(--sg-accent);
  }

  .tenants span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .grow {
    flex: 1;
    min-height: 16px;
  }

  .tools {
    display: grid;
    gap: 2px;
  }

  .tools button {
    justify-content: flex-start;
    gap: 10px;
    height: 32px;
    padding: 0 10px;
    font-size: 13px;
  }

  .credit {
    margin: 10px 0 0;
    padding: 10px 10px 2px;
    border-top: 1px solid var(--sg-line);
    color: var(--sg-muted);
    font-size: 11px;
    line-height: 16px;
  }

  .credit a {
    text-decoration: underline;
    text-decoration-color: var(--sg-line-strong);
    text-underline-offset: 2px;
  }

  .credit a:hover {
    color: var(--sg-text);
  }

  .top {
    display: none;
  }

  main {
    grid-area: main;
    min-width: 0;
    overflow: auto;
    scrollbar-gutter: stable;
    outline: none;
  }

  main:focus-visible {
    box-shadow: none;
  }

  sg-strip {
    grid-area: strip;
    min-width: 0;
  }

  @media (max-width: 860px) {
    :host {
      grid-template: "top" 44px "main" minmax(0, 1fr) "strip" 24px / minmax(0, 1fr);
    }

    .top {
      grid-area: top;
      display: flex;
      align-items: center;
      gap: 2px;
      padding: 0 6px;
      border-bottom: 1px solid var(--sg-line);
      background: var(--sg-surface);
    }

    .top button {
      width: 36px;
      height: 36px;
      padding: 0;
    }

    aside {
      display: none;
      position: fixed;
      inset: 44px 0 24px 0;
      z-index: 10;
      border-right: 0;
    }

    aside[data-open] {
      display: flex;
    }

    aside > .brand {
      display: none;
    }

    aside nav {
      margin-top: 4px;
    }

    nav a {
      height: 40px;
    }

    main {
      scrollbar-gutter: auto;
    }
  }
`
