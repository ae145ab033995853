using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Routing.Sources;

/// <summary>The YAML file of channels that <c>Reelay__ChannelsFile</c> names.</summary>
/// <param name="path">Its path.</param>
/// <param name="environment">Where <c>api_key_env</c> and its like look up their names.</param>
internal sealed class ChannelFile(string path, IConfiguration environment)
{
    /// <summary>Name of the setting.</summary>
    public const string Setting = "Reelay__ChannelsFile";

    /// <summary>Largest file that is read.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const string EnvironmentSuffix = "_env";
    private static readonly string[] FromEnvironment = ["api_key_env", "access_key_env", "secret_key_env", "service_account_env"];

    /// <summary>Its path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>What tells that it may have changed, without reading it.</summary>
    public (DateTime WrittenAt, long Length) Stamp()
    {
        // Of a link, as orchestrators mount their files, what it leads to counts.
        var file = new FileInfo(Path);
        var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return target.Exists ? (target.LastWriteTimeUtc, target.Length) : default;
    }

    /// <summary>Reads it; what is wrong with it is in the answer.</summary>
    public ChannelLayer Read()
    {
        try
        {
            if (new FileInfo(Path).Length > MaxBytes) return Unreadable($"the file is larger than {MaxBytes} bytes.");
            return Read(File.ReadAllText(Path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unreadable($"{Setting} names this file, which cannot be read: {exception.Message}");
        }
    }

    private ChannelLayer Read(string text)
    {
        var tree = YamlTree.Read(text);
        var mistakes = tree.Mistakes.Select(mistake => $"{Path}:{mistake.Line}: {mistake.Message}").ToList();
        var channels = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        string Place(string id, string? field) =>
            $"{Path}:{tree.LineOf($"channels/{id}" + (field is null ? "" : "/" + field))}: {(field is null ? id : $"{id}.{field}")}";

        if (tree.Root is not (null or JsonObject)) mistakes.Add($"{Path}:1: the file must hold one key, channels.");
        foreach (var (key, _) in tree.Root as JsonObject ?? [])
        {
            if (key != "channels") mistakes.Add($"{Path}:{tree.LineOf(key)}: there is no key '{Shown.Value(key)}' here, only channels.");
        }

        var given = (tree.Root as JsonObject)?["channels"];
        if (given is not (null or JsonObject)) mistakes.Add($"{Path}:{tree.LineOf("channels")}: channels must map each channel's id to its settings.");
        foreach (var (id, node) in given as JsonObject ?? [])
        {
            if (node is JsonObject settings) channels[id] = Resolve(id, (JsonObject)settings.DeepClone(), mistakes, Place);
            else mistakes.Add($"{Place(id, null)}: must map settings to values.");
        }

        return new ChannelLayer("file", channels, mistakes, Place);
    }

    // A key without a value was more likely forgotten than meant to say nothing.
    private JsonObject Resolve(string id, JsonObject settings, List<string> mistakes, Func<string, string?, string> place)
    {
        foreach (var (name, _) in settings.Where(pair => pair.Value is null).ToList()) mistakes.Add($"{place(id, name)}: has no value.");
        foreach (var name in FromEnvironment)
        {
            if (settings[name] is not { } variable) continue;
            settings.Remove(name);
            var field = name[..^EnvironmentSuffix.Length];
            var value = variable.GetValueKind() == JsonValueKind.String ? environment[((string)variable!).Replace("__", ":")] : null;
            if (settings.ContainsKey(field)) mistakes.Add($"{place(id, name)}: {field} is there as well; one of the two says it.");
            else if (string.IsNullOrEmpty(value)) mistakes.Add($"{place(id, name)}: there is no environment variable {Shown.Value(variable.ToString())}, or it is empty.");
            else settings[field] = value;
        }

        return settings;
    }

    private ChannelLayer Unreadable(string why) => ChannelLayer.Nothing with { Mistakes = [$"{Path}: {why}"] };
}
