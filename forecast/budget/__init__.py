"""From full-time persons to kroner: prices, the state's reimbursement, and the risk in both."""
