namespace Reelay.Server.Billing;

/// <summary>Proves on a live database that the books balance.</summary>
internal interface ILedgerAudit
{
    /// <summary>Looks at every account and every task; short reads one after the other, so that writers are never held up.</summary>
    AuditReport Run(CancellationToken cancellationToken = default);
}

/// <summary>What an audit found.</summary>
/// <param name="AccountCount">Accounts looked at.</param>
/// <param name="TaskCount">Tasks looked at.</param>
/// <param name="EntryCount">Rows of the ledger when it began.</param>
/// <param name="Violations">What is wrong, <see cref="MaxViolations"/> at most.</param>
internal sealed record AuditReport(long AccountCount, long TaskCount, long EntryCount, IReadOnlyList<AuditViolation> Violations)
{
    /// <summary>Most violations that are listed.</summary>
    public const int MaxViolations = 1000;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => Violations.Count == 0;
}

/// <summary>Something that is wrong.</summary>
/// <param name="Check">The rule it breaks, in snake case.</param>
/// <param name="Id">The account, task or ledger row.</param>
/// <param name="Message">In words, with the figures.</param>
internal sealed record AuditViolation(string Check, string Id, string Message);
