using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>Roles of input files as the catalog and the public API spell them.</summary>
internal static class MediaRoles
{
    private static readonly Dictionary<string, MediaRole> _byName = Enum.GetValues<MediaRole>().ToDictionary(Name);

    /// <summary>Snake case: <c>first_frame</c>.</summary>
    public static string Name(MediaRole role) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString());

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string name, out MediaRole role) => _byName.TryGetValue(name, out role);
}
