using Reelay.Server.Routing;

namespace Reelay.Server.Accounts;

/// <summary>Which groups the keys of an account have. All lists are words separated by blanks.</summary>
internal static class AccountGroups
{
    /// <summary>In the place of allowed groups: every group.</summary>
    public const string All = "*";

    /// <summary>The groups of a key in its own order, as far as its account has them; the account's default ones where it names none.</summary>
    public static string Narrow(string own, string defaults, string allowed) =>
        own.Length == 0 ? defaults
            : own == defaults ? own
            : string.Join(' ', GroupNames.Split(own).Where(name => Has(name, defaults, allowed)));

    /// <summary>Whether a key of the account may have a group.</summary>
    public static bool Has(string group, string defaults, string allowed) =>
        GroupNames.Split(defaults).Contains(group) || GroupNames.Split(allowed) is var names && (names.Contains(All) || names.Contains(group));
}
