Feature: The live chart
  A program posts a point, and whoever watches the tenant sees it at once.

  Scenario: A posted metric is on the chart within 500 ms
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When I POST a metric
    Then it appears on the Live Dashboard chart within 500 ms
    And so do 19 more, posted one after the other

  Scenario: The first point of a new tenant brings the chart
    Given a tenant exists
    And its Live Dashboard is open and says how to send the first point
    When I POST a value of "first.metric"
    Then a live chart of "first.metric" appears

  Scenario: A bulk of points is shown completely
    Given a tenant exists
    And its Live Dashboard is open
    When I POST 1000 points of 4 series of "bulk.metric" in one request
    Then the API stores all of them, each once
    And the chart of "bulk.metric" has 4 lines and shows every point

  Scenario: Points that are sent twice are shown once
    Given a tenant exists
    And its Live Dashboard is open
    When I POST the same points of "twice.metric" again with their dedupe ids
    And I POST the same request of "twice.metric" again with its Idempotency-Key
    Then every answer is a 202
    And the API stores all of them, each once
    And the chart of "twice.metric" shows every point once

  Scenario: Pause holds the chart still and loses nothing
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When I pause the charts
    And I POST 3 values of "room.temperature"
    Then the chart of "room.temperature" says that it is paused and 3 points behind
    When I let the charts go on
    Then the chart of "room.temperature" shows them as well

  Scenario: Leaving the page closes its stream
    Given a tenant exists
    And I note how many streams the server counts
    And its Live Dashboard shows a chart of "room.temperature"
    Then the server counts one stream more
    When I leave the page
    Then within 1 second the server counts as many as before
