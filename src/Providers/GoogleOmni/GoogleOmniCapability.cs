namespace Reelay.Providers.GoogleOmni;

/// <summary>Which models a channel's surface has.</summary>
internal static class GoogleOmniCapability
{
    private const string Newest = "gemini-omni-1.2-flash";

    /// <summary>The rows of one name; a name nobody has listed has those of the newest model.</summary>
    public static IEnumerable<UpstreamModel> Rows(string name, GoogleOmniOptions options, IReadOnlyList<UpstreamModel> listed)
    {
        if (listed.All(row => row.Name != name))
            return listed.Where(row => row.Name == Newest).Select(row => row with { Name = name, Source = $"Nothing is published of this model; these are the facts of {Newest}." });

        // Version 1.1 has a name at each surface, the others have one.
        var isElsewhere = name == (options.IsVertex ? "gemini-omni-1.1-flash" : "gemini-omni-1.1-flash-preview");
        return isElsewhere ? [] : listed.Where(row => row.Name == name);
    }
}
