Feature: Alerts
  Rules watch metrics; people see what fires on the charts and in lists, and receivers are told.

  Scenario: A rule made on the Rules page fires, is marked on the chart and told to a webhook
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    And a webhook receiver is a channel
    When I make a rule on the Rules page: "room.temperature" above 50
    Then the Rules page says "room.temperature above 50 on every agent"
    When the chart of "room.temperature" is open and I POST 97
    Then a red mark stands on the chart of "room.temperature"
    And the keyboard steps to it, and it is told
    And the receiver is told that it is firing, with a valid signature
    And the Alerts page lists it as firing
    When I POST 20
    Then the Alerts page lists nothing as firing, and its history says that it was resolved
    And the receiver is told that it is resolved, with a valid signature

  Scenario: A channel is tried out, and the outcome is shown
    Given a tenant exists
    And a webhook receiver is a channel
    When I press its test button under Settings
    Then I am told that the test message was delivered
    And the delivery log lists it

  Scenario: Who may only read sees rules, but no editor
    Given a tenant exists
    And it has a rule: "room.temperature" above 50
    When I sign in with its token for reading
    Then the Rules page says "room.temperature above 50 on every agent"
    And nothing there makes, changes, switches or deletes a rule
