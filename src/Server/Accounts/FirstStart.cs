namespace Reelay.Server.Accounts;

/// <summary>What a new database needs before the first request: the administrator's account and key, and the sandbox's.</summary>
internal static class FirstStart
{
    /// <summary>The administrator's account; unlimited.</summary>
    public const string AdminAccount = "acct_admin";

    /// <summary>The sandbox's account; unlimited.</summary>
    public const string SandboxAccount = "acct_sandbox";

    /// <summary>The sandbox's well-known key. Works on loopback only.</summary>
    public const string SandboxSecret = "sk-reelay-sandbox";

    private const string AdminKeyFile = "admin.key";

    /// <summary>Makes what is missing; an administrator's key also where none is left that works.</summary>
    /// <returns>The administrator's secret if it was made just now, else null.</returns>
    public static string? Prepare(IKeyStore store, KeyRing keys, string dataFolder, bool isSandboxEnabled, long now)
    {
        store.EnsureAccount(AdminAccount, "Administrator", isUnlimited: true);
        if (isSandboxEnabled)
        {
            store.EnsureAccount(SandboxAccount, "Sandbox", isUnlimited: true);
            if (keys.Find(SandboxSecret) is null) keys.Import(keys.Draft(SandboxAccount, "sandbox"), SandboxSecret);
        }

        if (store.HasAdmin(now)) return null;

        // The file first: a crash in between leaves a file whose key is unknown, and the next start makes another. Of several nodes that start
        // at once only one gets that far.
        var secret = keys.MintSecret();
        var draft = keys.Draft(AdminAccount, "administrator") with { Scopes = ApiKey.CallerScopes | KeyScopes.Admin };
        return keys.ImportFirstAdmin(draft, secret, now, () => WriteSecret(Path.Combine(dataFolder, AdminKeyFile), secret)) ? secret : null;
    }

    // Created with its final mode: at no moment can another user of the machine read it.
    private static void WriteSecret(string path, string secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(path);
        using var file = new FileStream(path, options);
        using var writer = new StreamWriter(file);
        writer.WriteLine(secret);
    }
}
