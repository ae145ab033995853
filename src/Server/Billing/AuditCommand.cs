namespace Reelay.Server.Billing;

/// <summary><c>audit [folder]</c> on the command line: proves the books of a data folder, also of one whose server runs.</summary>
internal static class AuditCommand
{
    /// <summary>The word that asks for it.</summary>
    public const string Name = "audit";

    /// <summary>Runs it.</summary>
    /// <param name="folder">The data folder; null takes the server's own database: <c>ConnectionStrings__Reelay</c>, <c>REELAY_DATA</c> or <c>./data</c>.</param>
    /// <param name="output">Receives what was found.</param>
    /// <returns>0 if nothing is wrong, 1 if something is, 2 if there is no database.</returns>
    public static int Run(string? folder, TextWriter output)
    {
        if (folder is null && Environment.GetEnvironmentVariable("ConnectionStrings__Reelay") is { Length: > 0 } connection)
            return Tell(SqlLedgerAudit.OfPostgres(connection), output);
        var data = folder ?? (Environment.GetEnvironmentVariable("REELAY_DATA") is { Length: > 0 } set ? set : "./data");
        var file = Path.Combine(data, "reelay.db");
        if (!File.Exists(file))
        {
            output.WriteLine($"There is no database {file}.");
            return 2;
        }

        return Tell(SqlLedgerAudit.OfFile(file), output);
    }

    private static int Tell(AuditReport report, TextWriter output)
    {
        foreach (var found in report.Violations) output.WriteLine($"{found.Check} {found.Id}: {found.Message}");
        output.WriteLine($"{report.AccountCount} accounts, {report.TaskCount} tasks, {report.EntryCount} ledger rows: "
            + (report.IsClean ? "the books balance." : $"{report.Violations.Count} violations."));
        return report.IsClean ? 0 : 1;
    }
}
