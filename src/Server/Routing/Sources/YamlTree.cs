using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Reelay.Server.Routing.Sources;

/// <summary>A YAML text as JSON, with the line of every key, and every mistake that does not stop the reading.</summary>
/// <remarks>Anchors, aliases and tags are refused: nobody needs them here, and a small text could stand for a huge one.</remarks>
internal sealed class YamlTree
{
    private const int MaxDepth = 16;

    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);
    private readonly List<(int Line, string Message)> _mistakes = [];

    private YamlTree()
    {
    }

    /// <summary>The document; null if it is empty or could not be read.</summary>
    public JsonNode? Root { get; private set; }

    /// <summary>Mistakes of form, each with its line, from 1.</summary>
    public IReadOnlyList<(int Line, string Message)> Mistakes => _mistakes;

    /// <summary>Line of a key, from 1, by its path with slashes; of what holds it if it is not there itself.</summary>
    public int LineOf(string path)
    {
        while (true)
        {
            if (_lines.TryGetValue(path, out var line)) return line;
            var slash = path.LastIndexOf('/');
            if (slash < 0) return 1;
            path = path[..slash];
        }
    }

    /// <summary>Reads a text.</summary>
    public static YamlTree Read(string text)
    {
        var tree = new YamlTree();
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _)) return tree;
            parser.Consume<DocumentStart>();
            tree.Root = tree.Node(parser, "", 0);
            parser.Consume<DocumentEnd>();
            if (parser.Current is DocumentStart second) tree.Add(second.Start, "the file holds one document, not several.");
        }
        catch (YamlException exception)
        {
            // The parser's own words may quote the text, and the text holds secrets.
            tree.Root = null;
            tree.Add(exception.Start, $"this is no YAML (column {exception.Start.Column}); look at indentation, colons and quotes here and just above.");
        }

        return tree;
    }

    private JsonNode? Node(IParser parser, string path, int depth)
    {
        if (depth > MaxDepth) throw new YamlException(parser.Current!.Start, parser.Current.End, "too deep");
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            Add(alias.Start, "aliases (*name) are not taken; a text that begins with * needs quotes.");
            return null;
        }

        var start = (NodeEvent)parser.Current!;
        if (!start.Anchor.IsEmpty) Add(start.Start, "anchors (&name) are not taken; a text that begins with & needs quotes.");
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific) Add(start.Start, "tags (!name) are not taken; a text that begins with ! needs quotes.");
        if (parser.TryConsume<Scalar>(out var scalar)) return Value(scalar);
        return parser.TryConsume<MappingStart>(out _) ? Mapping(parser, path, depth) : List(parser, path, depth);
    }

    private JsonObject Mapping(IParser parser, string path, int depth)
    {
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var start = parser.Current!.Start;
            if (!parser.TryConsume<Scalar>(out var key)) throw new YamlException(start, start, "a key that is no text");
            var inner = path.Length == 0 ? key.Value : $"{path}/{key.Value}";
            if (!_lines.TryAdd(inner, (int)start.Line))
            {
                Add(start, $"'{Api.Reading.Shown.Value(key.Value)}' stands here a second time; the first is on line {_lines[inner]}.");
                Node(parser, inner, depth + 1);
                continue;
            }

            map[key.Value] = Node(parser, inner, depth + 1);
        }

        return map;
    }

    private JsonArray List(IParser parser, string path, int depth)
    {
        parser.Consume<SequenceStart>();
        var list = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(parser, $"{path}/{list.Count}", depth + 1));
        return list;
    }

    // YAML 1.2's core schema, so that "no" and "012" stay texts; what is quoted always is one.
    private static JsonNode? Value(Scalar scalar) => scalar.Style != ScalarStyle.Plain ? scalar.Value : scalar.Value switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        var text when IsNumber(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
        var text when IsNumber(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        var text => text,
    };

    private static bool IsNumber(string text)
    {
        var digits = text.AsSpan().TrimStart('-');
        return digits.Length > 0 && char.IsAsciiDigit(digits[0]) && !(digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]));
    }

    private void Add(Mark at, string message) => _mistakes.Add(((int)at.Line, message));
}
