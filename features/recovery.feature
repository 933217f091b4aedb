@local
Feature: Nothing is lost when something dies
  These scenarios kill and freeze processes, so they need a stack on this machine.

  Scenario: The gateway is killed while points arrive
    Given a tenant exists
    And its Live Dashboard shows a chart of "steady.metric"
    And a program posts a point of "steady.metric" every second, again until it is accepted
    When the gateway is killed
    Then the dashboard says that it is reconnecting, and is live again within 15 seconds
    And after 5 more points the chart of "steady.metric" shows every point once
    And the API stores all of them, each once

  Scenario: MariaDB freezes while points arrive
    Given a tenant exists
    And its Live Dashboard shows a chart of "steady.metric"
    And a program posts a point of "steady.metric" every second, again until it is accepted
    When MariaDB is frozen for 8 seconds
    Then every point was accepted at the first try
    And the dashboard said that it was behind
    And within 30 seconds the chart of "steady.metric" shows every point once
    And the API stores all of them, each once
