using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml.Linq;
using Reelay.Contracts;
using Reelay.Providers;

namespace Reelay.Tests.Conventions;

/// <summary>What is promised to others is documented, and named alike on the wire.</summary>
public sealed class PublicTypesTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(typeof(Video))]
    [InlineData(typeof(IVideoProvider))]
    public void Every_public_type_and_member_says_what_it_means(Type marker)
    {
        var assembly = marker.Assembly;
        var documented = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .Select(member => member.Attribute("name")!.Value.Split('(')[0].Split("``")[0]).ToHashSet();
        var missing = new List<string>();
        foreach (var type in assembly.GetExportedTypes())
        {
            var name = type.FullName!.Replace('+', '.');
            if (!documented.Contains("T:" + name)) missing.Add(name);
            if (type.IsAssignableTo(typeof(JsonSerializerContext)) || type.IsAssignableTo(typeof(Delegate))) continue;
            missing.AddRange(type.GetMethods(Declared).Where(IsWritten).Select(method => $"M:{name}.{method.Name}").Where(id => !documented.Contains(id)));
            var parameters = PositionalNames(type);
            missing.AddRange(type.GetProperties(Declared)
                .Where(property => !IsGenerated(property) && !parameters.Contains(property.Name) && property.Name != "EqualityContract")
                .Select(property => $"P:{name}.{property.Name}").Where(id => !documented.Contains(id)));
            if (type.IsEnum) missing.AddRange(Enum.GetNames(type).Select(value => $"F:{name}.{value}").Where(id => !documented.Contains(id)));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Names_on_the_wire_are_snake_case()
    {
        var types = typeof(Video).Assembly.GetExportedTypes().Where(type => !type.ContainsGenericParameters)
            .Append(typeof(Page<Video>)).Append(typeof(Page<Model>)).Append(typeof(Page<Key>)).Append(typeof(Page<AdminTask>));
        var infos = types.Select(type => ContractsJson.Default.GetTypeInfo(type)).Where(info => info is not null).ToList();
        Assert.Contains(infos, info => info!.Type == typeof(Video));
        var names = infos.SelectMany(info => info!.Properties.Select(property => property.Name)).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", name));
        Assert.Equal("""{"id":"x","deleted":true,"object":"video.deleted"}""", JsonSerializer.Serialize(new DeletedVideo("x"), ContractsJson.Default.DeletedVideo));
    }

    private static bool IsWritten(MethodInfo method) =>
        !method.IsSpecialName && !IsGenerated(method) && method.GetBaseDefinition() == method && method.Name is not ("Deconstruct" or "<Clone>$" or "Equals");

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name.Contains('<');

    // A positional record says what its parts are in the parameters of its own comment.
    private static HashSet<string> PositionalNames(Type type) =>
        [.. type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name!)];
}
