Feature: Embeds
  Widgets show a tenant's metrics live on pages of others, with a token that anybody may read.

  Scenario: A page on another origin with a strict policy shows a live chart
    Given a tenant exists
    And it has two points of "room.temperature"
    And a strict page on another origin, and a token for it that shows "room.temperature"
    When the page embeds every widget
    Then its chart of "room.temperature" is live and says how many milliseconds it took
    And a point that is posted lights up on the embedded chart
    And the number beside it says the same
    And axe finds nothing

  Scenario: The token of a page reads what it shows, and nothing else
    Given a tenant exists
    And I POST a value of "room.temperature"
    And I POST a value of "secret.metric"
    And a strict page on another origin, and a token for it that shows "room.temperature"
    Then from that page the token reads "room.temperature", and not "secret.metric"
    And it reads no rules, channels, tokens or other tenants, and sends nothing
    And from any other origin, or none, it reads nothing

  Scenario: A widget on a page that is not allowed says so, and what to do
    Given a tenant exists
    And a strict page on another origin, and a token for other pages that shows "room.temperature"
    When the page embeds every widget
    Then each widget says that it is refused because of its origin

  Scenario: A widget ends when its token is revoked
    Given a tenant exists
    And it has two points of "room.temperature"
    And a strict page on another origin, and a token for it that shows "room.temperature"
    When the page embeds every widget
    Then its chart of "room.temperature" is live and says how many milliseconds it took
    When the token of the page is revoked
    Then each widget says that it is refused

  Scenario: An embed made under Settings is a snippet that works
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    And there is a strict page on another origin
    When I make an embed of "room.temperature" for that page under Settings
    Then its preview is live
    When I put its snippet on the page
    Then its chart of "room.temperature" is live and says how many milliseconds it took
    And a point that is posted lights up on the embedded chart
    When I revoke the embed under Settings
    Then the list of embeds is empty

  Scenario: The chart of a widget is used by keyboard alone
    Given a tenant exists
    And it has two points of "room.temperature"
    And a strict page on another origin, and a token for it that shows "room.temperature"
    When the page embeds every widget
    And I reach the chart of "room.temperature" with the Tab key
    Then its Pause is visible and reachable with the Tab key
    And "p" pauses it, and lets it go on
    And "t" shows its points as a table
