//! What an agent can get done besides talking: calendar, tickets, contacts, messages, mail, tools by HTTP and MCP.
