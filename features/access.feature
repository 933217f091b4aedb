Feature: Who may see what

  Scenario: A wrong token stores nothing
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When I POST a value of "room.temperature" with a token that nobody made
    Then the answer is a 401 problem with the code "UNAUTHENTICATED"
    And the answer names the Bearer scheme
    And neither the API nor the chart of "room.temperature" has it

  Scenario: A token without the scope to ingest stores nothing
    Given a tenant exists
    And its Live Dashboard shows a chart of "room.temperature"
    When I POST a value of "room.temperature" with the token for reading
    Then the answer is a 403 problem with the code "FORBIDDEN"
    And neither the API nor the chart of "room.temperature" has it

  Scenario: A tenant sees nothing of another
    Given the tenants "one" and "two" exist
    And I POST a value of "secret.metric" as "one"
    And the Live Dashboard of "two" is open
    When I POST a value of "secret.metric" as "one"
    Then "two" may not query, list or stream "one"
    And the dashboard of "two" does not know "one" or "secret.metric"
    And the dashboard of "two" refuses the address of "one"

  Scenario: A sign-in link opens the dashboard once
    Given a tenant exists
    And a sign-in link for it
    When I open the link
    Then I see the dashboard of the tenant
    And the address bar no longer holds the code
    When somebody else opens the same link
    Then they are told that it has been used

  Scenario: Signing in with a token, and out again
    Given a tenant exists
    When I sign in with its token for reading
    Then I see the dashboard of the tenant
    And no script can read the session
    When I sign out
    Then the dashboard asks me to sign in

  Scenario: A revoked token ends its stream
    Given a tenant exists
    And a stream that was opened with its token for reading
    When that token is revoked
    Then the stream ends within 3 seconds
