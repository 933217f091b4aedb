Feature: The fleet
  Devices and agents with logins of their own publish over MQTT, and people see each of them and how it is.

  Scenario: A point that a device publishes is on the chart within 500 ms
    Given a tenant exists
    And the device "sensor-1" is enrolled
    And its Live Dashboard shows a chart of "room.temperature" of the device
    When the device publishes a value of "room.temperature"
    Then it appears on the Live Dashboard chart within 500 ms

  Scenario: A device that names another tenant is refused and nothing is stored
    Given the tenants "one" and "two" exist
    And the device "sensor-1" of "one" is enrolled
    When the device publishes a value of "room.temperature" for "two"
    Then the broker refuses it
    And after a value that is allowed nothing of "room.temperature" is stored for "two"

  Scenario: An agent is enrolled and revoked on the Agents page
    Given a tenant exists
    When I enrol "web-1" on the Agents page
    Then I am shown its password and a line that installs it
    When I run the line that sends a point
    Then the Agents page shows "web-1" as Online
    And a click on "web-1" leads to a live chart of "hello.value"
    When I enrol "web-1" on the Agents page
    Then I am told that it is enrolled already
    When I revoke "web-1" on the Agents page
    Then the Agents page shows "web-1" as Offline, "revoked"
    And the line that sends a point is refused

  Scenario: A fleet of a thousand agents is listed and searched
    Given a tenant exists
    And 1000 agents have sent a point
    When its Agents page is open
    Then it lists 1000 agents and draws only the rows in sight
    And the keyboard reaches the last of them
    When I look for the agent "agent-77"
    Then it lists 11 agents
    And the page is the same after loading it again

  Scenario: A click on an agent filters every chart
    Given a tenant exists
    And the agents "web-1" and "web-2" have sent "cpu.percent" and "memory.percent"
    When I click "web-1" on the Agents page
    Then the charts of "cpu.percent" and "memory.percent" show "web-1" alone
    And a new point of both agents moves "web-1" alone
    When I remove the filter
    Then the charts of "cpu.percent" and "memory.percent" show "web-1" and "web-2"
    When I go back in the browser
    Then the charts of "cpu.percent" and "memory.percent" show "web-1" alone

  @local
  Scenario: A killed agent is Offline within 2 seconds, and Online again when it is back
    Given a tenant exists
    And the agent "web-1" runs on this machine
    And the Agents page shows "web-1" as Online
    When the agent is killed
    Then within 2 seconds the Agents page shows "web-1" as Offline, "lost"
    When the agent is started again
    Then within 5 seconds the Agents page shows "web-1" as Online

  @local
  Scenario: An agent that is stopped says so
    Given a tenant exists
    And the agent "web-1" runs on this machine
    And the Agents page shows "web-1" as Online
    When the agent is stopped
    Then within 2 seconds the Agents page shows "web-1" as Offline, "stopped"

  @local
  Scenario: A frozen agent is Offline after twice its interval
    Given a tenant exists
    And the agent "web-1" runs on this machine
    And the Agents page shows "web-1" as Online
    When the agent is frozen
    Then within 5 seconds the Agents page shows "web-1" as Offline, "silent"
    When the agent is thawed
    Then within 5 seconds the Agents page shows "web-1" as Online
