Feature: Many tabs, one stream
  A browser gives a server six connections by HTTP/1.1. However many tabs it has open, the live charts take one of them.

  Scenario: Eight tabs are live at once
    Given a tenant exists
    And I note how many streams the server counts
    And its Live Dashboard shows a chart of "shared.metric"
    When I open it in 7 more tabs
    Then the server counts one stream more
    When I POST 3 values of "shared.metric"
    Then every tab shows every point of "shared.metric" once

  Scenario: Dashboards and pages with widgets, eight tabs of them, are live at once
    Given a tenant exists
    And I note how many streams the server counts
    And its Live Dashboard shows a chart of "room.temperature"
    And a strict page on another origin, and a token for it that shows "room.temperature"
    When I open it in 3 more tabs
    And the page with every widget is open in 4 more tabs
    Then the server counts 2 streams more
    And a value of "room.temperature" that is posted shows in every tab
    When a program posts a point of "room.temperature" every second, again until it is accepted
    And the two tabs that hold the streams are closed
    Then two others hold them
    And the server counts 2 streams more
    And after 2 more points the chart of "room.temperature" shows every point once
    And every tab shows every point of "room.temperature" once

  Scenario: The tab that holds the stream is closed while points arrive
    Given a tenant exists
    And I note how many streams the server counts
    And its Live Dashboard shows a chart of "steady.metric"
    When I open it in 3 more tabs
    And a program posts a point of "steady.metric" every second, again until it is accepted
    And the tab that holds the stream is closed
    Then another one holds it
    When the tab that holds the stream is closed
    Then another one holds it
    And the server counts one stream more
    And after 2 more points the chart of "steady.metric" shows every point once
    And every tab shows every point of "steady.metric" once

  @local
  Scenario: The gateway is killed under eight tabs
    Given a tenant exists
    And its Live Dashboard shows a chart of "steady.metric"
    When I open it in 7 more tabs
    And a program posts a point of "steady.metric" every second, again until it is accepted
    And the gateway is killed
    Then the dashboard says that it is reconnecting, and is live again within 45 seconds
    And after 2 more points the chart of "steady.metric" shows every point once
    And every tab shows every point of "steady.metric" once

  Scenario: Signing out in one tab signs out all
    Given a tenant exists
    And its Live Dashboard shows a chart of "shared.metric"
    When I open it in 2 more tabs
    And I sign out
    Then every tab asks me to sign in

  Scenario: A tenant too many says that it is not live
    Given an operator is signed in
    When the operator opens 5 tenants in 5 tabs
    Then 4 tabs are live, and one says that too many streams are open
    When a live tab is closed
    Then 4 tabs are live

  Scenario: Without Web Locks each tab has its own stream, and one too many says so
    Given a browser in which pages get no Web Locks
    And a tenant exists
    And its Live Dashboard shows a chart of "own.metric"
    When I open it in 4 more tabs
    Then 4 tabs are live, and one says that too many streams are open
    When a live tab is closed
    Then 4 tabs are live
