Feature: The dashboard is for everybody

  Scenario Outline: <page> has no accessibility fault that a machine can find
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When I look at <page>
    Then axe finds nothing

    Examples:
      | page                 |
      | the sign-in page     |
      | the overview         |
      | the tenant page      |
      | the agents page      |
      | a list of agents     |
      | the enrolment form   |
      | one agent's charts   |
      | the alerts page      |
      | the rules page       |
      | the form of a rule   |
      | the settings         |
      | the form of an embed |
      | a new embed          |

  Scenario: A chart is used by keyboard alone
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When I reach the chart of "room.temperature" with the Tab key
    Then its Pause is visible and reachable with the Tab key
    And "t" shows its points as a table

  Scenario: The page fits a phone
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When the window is 400 pixels wide
    Then nothing has to be scrolled sideways
