-- A channel is told in the order of what waits for it.
ALTER TABLE deliveries ADD KEY deliveries_channel (channel_id, status, id);
