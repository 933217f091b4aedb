Feature: History
  Charts reach from the last minute to weeks: what is too long for single points is drawn from windows of them.

  Scenario: A week is drawn from windows, and its numbers are those of the points
    Given a tenant exists
    And a week of "week.load" of 2 agents is stored, with a gap and a spike
    And its Live Dashboard shows the charts
    When I choose the last "7 d"
    Then the chart of "week.load" is drawn from "5m"
    And under its crosshair stand mean, least and greatest of the points of that time
    And its table lists every window with as many points as there are
    When I drag over a part of the chart of "week.load"
    Then it shows that part of the past, drawn finer
    And under its crosshair stand mean, least and greatest of the points of that time
    When I go back
    Then the chart of "week.load" is drawn from "5m"

  Scenario: Between live and history nothing is missing and nothing is there twice
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When a program keeps posting "room.temperature"
    And I choose the last "24 h"
    And I choose the last "5 m"
    And I choose the last "7 d"
    And I choose the last "24 h"
    And the program stops
    Then the chart of "room.temperature" counts every point once
    When I choose the last "5 m"
    Then within 10 seconds the chart of "room.temperature" shows every point once
