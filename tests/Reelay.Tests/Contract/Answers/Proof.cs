using System.Reflection;

namespace Reelay.Tests.Contract.Answers;

/// <summary>A test that proves what is said elsewhere: all of a class, or one method of it.</summary>
internal sealed record Proof(Type Class, string? Method = null)
{
    /// <summary>All tests of a class.</summary>
    public static Proof By<T>() => new(typeof(T));

    /// <summary>One test of a class.</summary>
    public static Proof By<T>(string method) => new(typeof(T), method);

    /// <summary>As people look for it: the class, and the method if it is one.</summary>
    public override string ToString() => Method is null ? Class.Name : $"{Class.Name}.{Method}";

    /// <summary>Why it proves nothing, or null if it is there and runs.</summary>
    public string? Fault()
    {
        var facts = Class.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => Method is null || method.Name == Method)
            .Select(method => (method.Name, Fact: method.GetCustomAttribute<FactAttribute>()))
            .Where(row => row.Fact is not null)
            .ToList();
        if (!Class.IsPublic || Class.IsAbstract || facts.Count == 0) return $"{this} is no test";
        var skipped = facts.FirstOrDefault(row => row.Fact!.Skip is not null);
        return skipped.Fact is null ? null : $"{Class.Name}.{skipped.Name} is skipped: {skipped.Fact.Skip}";
    }
}
