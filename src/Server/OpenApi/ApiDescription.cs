using System.Reflection;
using System.Text.Json.Nodes;

namespace Reelay.Server.OpenApi;

/// <summary>The OpenAPI 3.1 document of <c>/v1</c>: kept by hand, one file for each area in <c>Document/</c>, joined when it is first asked for.</summary>
internal static class ApiDescription
{
    private const string Components = "#/components/";

    // In the order in which a reader wants them.
    private static readonly string[] Areas =
        ["base", "videos", "orders", "estimate", "edits", "content", "characters", "files", "models", "webhooks", "billing"];

    private static readonly string[] Methods = ["get", "head", "post", "put", "patch", "delete", "options"];

    /// <summary>All of it, whatever is withheld.</summary>
    /// <exception cref="InvalidOperationException">Two files describe the same.</exception>
    public static JsonObject Whole()
    {
        var document = new JsonObject();
        foreach (var area in Areas) Join(document, Read(area), area, depth: 0);
        return document;
    }

    /// <summary>What of it a server has: operations that are not mapped are left out, and whatever only they need.</summary>
    /// <param name="isMapped">Whether a method (upper case) is mapped on a path.</param>
    /// <param name="hidesWait">Whether the query key <c>wait</c> is ignored.</param>
    public static JsonObject Of(Func<string, string, bool> isMapped, bool hidesWait)
    {
        var document = Whole();
        var paths = document["paths"]!.AsObject();
        foreach (var (path, item) in paths.ToList())
        {
            var operations = item!.AsObject();
            foreach (var method in Methods.Where(method => !isMapped(method.ToUpperInvariant(), path))) operations.Remove(method);
            if (!Methods.Any(operations.ContainsKey)) paths.Remove(path);
        }

        if (hidesWait)
        {
            DropReferences(document, Components + "parameters/Wait");
            DropReferences(document, Components + "responses/InvalidWait");
        }

        DropUnused(document);
        return document;
    }

    private static JsonObject Read(string area)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"openapi/{area}.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }

    // Joined are the paths and the kinds of components; what stands in them belongs to one file.
    private static void Join(JsonObject target, JsonObject part, string where, int depth)
    {
        foreach (var (key, value) in part.ToList())
        {
            part.Remove(key);
            if (target.TryAdd(key, value)) continue;
            if (depth > 1 || target[key] is not JsonObject known || value is not JsonObject more)
            {
                throw new InvalidOperationException($"The document describes '{key}' twice, the second time in {where}.");
            }

            Join(known, more, where, depth + 1);
        }
    }

    private static void DropReferences(JsonNode? node, string reference)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (key, value) in members.ToList())
                {
                    if (IsReference(value, reference)) members.Remove(key);
                    else DropReferences(value, reference);
                }

                break;
            case JsonArray items:
                foreach (var item in items.ToList())
                {
                    if (IsReference(item, reference)) items.Remove(item);
                    else DropReferences(item, reference);
                }

                break;
        }
    }

    private static bool IsReference(JsonNode? node, string reference) =>
        node is JsonObject members && members.TryGetPropertyValue("$ref", out var value) && value!.GetValue<string>() == reference;

    private static void DropUnused(JsonObject document)
    {
        var components = document["components"]!.AsObject();
        var used = new HashSet<string>(StringComparer.Ordinal);
        Collect(document["paths"], components, used);
        Collect(document["webhooks"], components, used);
        foreach (var (kind, members) in components)
        {
            // These are named, not referred to.
            if (kind == "securitySchemes") continue;
            foreach (var name in members!.AsObject().Select(member => member.Key).ToList())
            {
                if (!used.Contains($"{kind}/{name}")) members.AsObject().Remove(name);
            }
        }

        var tags = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Where(member => Methods.Contains(member.Key))
            .SelectMany(operation => operation.Value!["tags"]!.AsArray()).Select(tag => tag!.GetValue<string>()).ToHashSet();
        foreach (var tag in document["tags"]!.AsArray().ToList())
        {
            if (!tags.Contains(tag!["name"]!.GetValue<string>())) document["tags"]!.AsArray().Remove(tag);
        }
    }

    private static void Collect(JsonNode? node, JsonObject components, HashSet<string> used)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items) Collect(item, components, used);
        }
        else if (node is JsonObject members)
        {
            foreach (var (key, value) in members)
            {
                if (key != "$ref") Collect(value, components, used);
                else if (value!.GetValue<string>()[Components.Length..].Split('/') is [var kind, var name, ..] && used.Add($"{kind}/{name}"))
                {
                    Collect(components[kind]![name], components, used);
                }
            }
        }
    }
}
