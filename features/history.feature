Feature: History
  Charts reach from the last minute to weeks: what is too long for single points is drawn from windows of them.

  Scenario: A week is drawn from windows, and its numbers are those of the points
    Given a tenant exists
    And a week of "week.load" of 2 agents is stored, with a gap and a spike
    And its Live Dashboard shows the charts
    When I choose the last "7 d"
    Then the chart of "week.load" is drawn from "5m"
    And a band stands where the spike of "week.load" was, far above the lines
    And under its crosshair stand mean, least and greatest of the points of that time
    And its table lists every window with as many points as there are
    When I drag over a part of the chart of "week.load"
    Then it shows that part of the past, drawn finer
    And under its crosshair stand mean, least and greatest of the points of that time
    When I go back
    Then the chart of "week.load" is drawn from "5m"

  Scenario: More points than an answer holds are drawn from seconds, and their numbers are those of the points
    Given a tenant exists
    And an hour of "fast.load" is stored, 6 points a second
    When I choose that hour
    Then it says that it is drawn from seconds
    And under its crosshair stand mean, least and greatest of the points of that time

  Scenario: A paused chart shows another window, and stands still again
    Given a tenant exists
    And a value of "room.temperature" of half a day ago is stored
    And its Live Dashboard shows a chart of "room.temperature"
    When I pause the charts
    And I choose the last "24 h"
    Then the chart of "room.temperature" shows the value of half a day ago
    When I POST 3 values of "room.temperature"
    Then the chart of "room.temperature" says that it is paused and 3 points behind
    When I drag over a part of the chart of "room.temperature"
    And I press "p" while the past is shown
    And I go back
    Then the chart of "room.temperature" says that it is paused and 0 points behind

  Scenario: From a range back to live there is no frame without the line, and none with less of it
    Given a tenant exists
    And the last 4 minutes of "room.temperature" are stored, a point a second
    And its Live Dashboard shows the charts
    When a program keeps posting "room.temperature"
    And I drag over a part of the chart of "room.temperature"
    And I watch every frame of the chart of "room.temperature"
    And I choose the last "5 m"
    Then every frame of the chart of "room.temperature" showed one picture or the other

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
