using Reelay.Server.Accounts;
using Reelay.Server.Routing;

namespace Reelay.Server.Api;

/// <summary>Groups in operators' bodies. A group is known by the channels that are open to it; the usual one always is.</summary>
internal sealed class AdminGroups(ChannelSet channels)
{
    /// <summary>Groups as they are kept.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="name">The field.</param>
    /// <param name="otherwise">What they are if the field is absent.</param>
    /// <param name="may">Which of the known ones may be named.</param>
    public string Read(AdminFields fields, string name, string otherwise, Func<string, bool> may)
    {
        if (fields.Words(name) is not { } asked) return otherwise;
        var known = channels.All.SelectMany(channel => channel.Groups).Append(GroupNames.Default).Distinct(StringComparer.Ordinal)
            .Append(AccountGroups.All).Where(may).ToHashSet(StringComparer.Ordinal);
        foreach (var word in asked)
        {
            if (word is not null && known.Contains(word)) continue;
            fields.Refuse(
                "invalid_groups", name,
                $"{name} takes {string.Join(", ", known.Order(StringComparer.Ordinal))}: the groups that channels have and the account allows, not '{Reading.Shown.Value(word ?? "null")}'.");
            return otherwise;
        }

        return GroupNames.Join(asked!);
    }
}
